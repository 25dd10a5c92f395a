using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Monitoring.Endpoints;

internal static class TakeOutcomes
{
    // Whoever may ask for predictions may say how they turned out. As with predictions, the record is what is kept, and no audit entry a request.
    public static void Map(IEndpointRouteBuilder deployments) => deployments
        .MapPost("/{name}/outcomes", HandleAsync)
        .WithName("TakeOutcomes")
        .WithSummary("Say how predictions turned out: JSON [{id, label, time}] or CSV (id,label,time), all or nothing; `settle=true` waits until they are joined and judged, for replays")
        .Accepts<OutcomeBody[]>("application/json", "text/csv")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Score);

    private static async Task<Ok<OutcomeReceipt>> HandleAsync(
        string name, bool? settle, IOutcomes outcomes, IEnumerable<ISettleFollower> followers, OutcomesOptions options, HttpContext context, CancellationToken cancellationToken)
    {
        var isCsv = IsCsv(context.Request.ContentType);
        var body = await OutcomeBodyReader.ReadAsync(context.Request, options.MaxBytes, cancellationToken);
        var rows = isCsv ? OutcomeCsv.Read(body.Span, options.MaxRows) : OutcomeJson.Read(body.Span, options.MaxRows);
        var receipt = await outcomes.TakeAsync(name, rows, cancellationToken);
        if (settle == true)
        {
            await SettleDeployment.SettleAsync(name, outcomes, followers, cancellationToken);
        }

        return TypedResults.Ok(receipt);
    }

    // Other types were refused by Accepts.
    private static bool IsCsv(string? contentType) => contentType?.TrimStart().StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) == true;
}

/// <summary>One outcome as callers write it.</summary>
/// <param name="Id">The prediction's id.</param>
/// <param name="Label">The truth: a number, a text or a boolean.</param>
/// <param name="Time">When it became known (ISO 8601); its arrival, when left out.</param>
internal sealed record OutcomeBody(string Id, object Label, string? Time);
