using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;

namespace Slipway.Training.Endpoints;

internal static class ListTrials
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/api/v1/models/{model}/trials", HandleAsync)
        .WithTags("Models")
        .WithName("ListTrials")
        .WithSummary("List the trials of a model's latest search, or of one run")
        .OfProject()
        .Needs(Permission.Read);

    // A run of another model has no trials here, so an empty list answers it as it answers a model that never searched.
    private static async Task<Ok<IReadOnlyList<Trial>>> HandleAsync(string model, string? run, ITrials trials, CancellationToken cancellationToken) =>
        TypedResults.Ok<IReadOnlyList<Trial>>(run is null
            ? await trials.ListLatestAsync(model, cancellationToken)
            : [.. (await trials.ListAsync(run, cancellationToken)).Where(t => t.Model == model)]);
}
