using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Text;
using Slipway.Registry.Cards.Rendering;

namespace Slipway.Registry.Cards.Endpoints;

internal static class GetCard
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("/{model}/versions/{version}/card", HandleAsync)
        .WithName("GetCard")
        .WithSummary("A version's model card as JSON, or with format=markdown or html as a document; ETag names the revision of what people wrote")
        .Produces<ModelCard>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Read);

    private static async Task<IResult> HandleAsync(
        string model, string version, IModelCards cards, HttpContext context, CancellationToken cancellationToken, string format = "json")
    {
        if (format is not ("json" or "markdown" or "html"))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'{Excerpt.Of(format)}' is no format of a card. Write format=json, markdown or html.");
        }

        var card = await cards.GetAsync(new VersionReference(model, SemanticVersion.Parse(version)), cancellationToken);
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{card.Written.Revision}\"");
        context.Response.Headers.CacheControl = "no-store";
        return format switch
        {
            "markdown" => TypedResults.Text(MarkdownCard.Write(card), "text/markdown; charset=utf-8"),
            "html" => TypedResults.Text(HtmlCard.Write(card), "text/html; charset=utf-8"),
            _ => TypedResults.Ok(card),
        };
    }
}
