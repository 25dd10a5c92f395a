using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Text;

namespace Slipway.Registry.Cards.Endpoints;

internal static class EditCard
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPut("/{model}/versions/{version}/card", HandleAsync)
        .WithName("EditCard")
        .WithSummary("Write parts of a version's card (absent: unchanged, empty: taken out), or confirm what was taken over; If-Match names the revision that was read")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .Needs(Permission.Develop);

    private static async Task<Ok<WrittenCard>> HandleAsync(
        string model, string version, CardRequest request, IModelCards cards, HttpContext context, CancellationToken cancellationToken)
    {
        if (request.Unknown is { Count: > 0 } unknown)
        {
            // A part with a wrong name must not be lost without a word.
            _ = CardPart.Get(unknown.Keys.First());
        }

        var edit = new CardEdit(request.IntendedUse, request.OutOfScope, request.Limitations, request.Ethics, request.Confirm, Revision(context.Request.Headers.IfMatch));
        var written = await cards.EditAsync(new VersionReference(model, SemanticVersion.Parse(version)), edit, context.GetActor(), cancellationToken);
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{written.Revision}\"");
        return TypedResults.Ok(written);
    }

    private static int? Revision(string? match)
    {
        if (string.IsNullOrEmpty(match) || match == "*")
        {
            return null;
        }

        return int.TryParse(match.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? revision
            : throw new SlipwayException(ErrorKind.InvalidInput, $"If-Match is {Excerpt.Of(match)}, but names a revision as the card's ETag does, such as \"3\".");
    }
}

/// <summary>What to write.</summary>
/// <param name="IntendedUse">What the model is for; absent leaves it.</param>
/// <param name="OutOfScope">What it must not be used for.</param>
/// <param name="Limitations">Where it is weak.</param>
/// <param name="Ethics">Whom it may harm.</param>
/// <param name="Confirm">True says that what was taken over holds for this version.</param>
internal sealed record CardRequest(string? IntendedUse, string? OutOfScope, string? Limitations, string? Ethics, bool Confirm = false)
{
    /// <summary>What no part is called.</summary>
    [System.Text.Json.Serialization.JsonExtensionData]
    public Dictionary<string, System.Text.Json.JsonElement>? Unknown { get; init; }
}
