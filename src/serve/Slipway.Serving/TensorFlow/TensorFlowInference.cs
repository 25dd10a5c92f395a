using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Access.Errors;
using Slipway.Core.Errors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>What TensorFlow Serving's methods share: their routes, and their words for an error.</summary>
internal abstract class TensorFlowInference(IInferenceService inference, VersionServer versions, ServingOptions options, ILogger log)
    : UntypedInference(inference, options, log)
{
    protected override Task WriteErrorAsync(HttpContext context, int status, string message) => OpenInferenceErrors.WriteAsync(context, status, message);

    /// <summary>Maps <c>NAME:method</c>, and the same of a version and of a label.</summary>
    protected void Map(IEndpointRouteBuilder models, string method, string name, string summary)
    {
        RequestDelegate handler = HandleAsync;
        Describe(models.MapPost($"/{{name}}:{method}", handler), summary).WithName($"{name}V1");
        Describe(models.MapPost($"/{{name}}/versions/{{version}}:{method}", handler), summary).WithName($"{name}V1Version");
        Describe(models.MapPost($"/{{name}}/labels/{{label}}:{method}", handler), summary).WithName($"{name}V1Label");
    }

    private static IEndpointConventionBuilder Describe(IEndpointConventionBuilder route, string summary) => route
        .WithSummary(summary)
        .WithMetadata(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status404NotFound, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status413PayloadTooLarge, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status415UnsupportedMediaType, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]))
        .Needs(Permission.Score);

    private async Task HandleAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        var name = (string)values["name"]!;
        var version = (string?)values["version"];
        if (values["label"] is string label)
        {
            try
            {
                version = VersionLabels.Get(versions, name, label).Semantic;
            }
            catch (SlipwayException e)
            {
                await WriteErrorAsync(context, HttpStatus.Of(e.Kind), e.Message);
                return;
            }
        }

        await HandleAsync(context, name, version);
    }
}
