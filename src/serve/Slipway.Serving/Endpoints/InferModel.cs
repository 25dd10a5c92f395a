using System.Net.Mime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Protocols;

namespace Slipway.Serving.Endpoints;

/// <summary>Inference by the Open Inference Protocol.</summary>
internal sealed class InferModel(IInferenceService inference, ServingOptions options, ILogger<InferModel> log) : HttpInference(inference, options, log)
{
    private const string BinaryHeader = "Inference-Header-Content-Length";

    public static void Map(IEndpointRouteBuilder models)
    {
        RequestDelegate handler = models.ServiceProvider.GetRequiredService<InferModel>().HandleAsync;
        Describe(models.MapPost("/{name}/infer", handler)).WithName("InferModel");
        Describe(models.MapPost("/{name}/versions/{version}/infer", handler)).WithName("InferModelVersion");
    }

    private static IEndpointConventionBuilder Describe(IEndpointConventionBuilder route) => route
        .WithSummary("Predict with a deployment (Open Inference Protocol v2)")
        .WithMetadata(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(object), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status400BadRequest, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status404NotFound, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status413PayloadTooLarge, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]),
            new ProducesResponseTypeMetadata(StatusCodes.Status415UnsupportedMediaType, typeof(OpenInferenceError), [MediaTypeNames.Application.Json]))
        .Needs(Permission.Score);

    public Task HandleAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        return HandleAsync(context, (string)values["name"]!, (string?)values["version"]);
    }

    protected override void Parse(InferenceCall call, HttpContext context)
    {
        if (context.Request.Headers.ContainsKey(BinaryHeader))
        {
            throw new SlipwayException(ErrorKind.NotAvailable, $"The request has the header {BinaryHeader}, but binary tensors are not available yet. Send the data as JSON.");
        }

        InferRequestParser.Parse(call, Options.MaxElements);
    }

    protected override void Write(InferenceCall call, HttpContext context)
    {
        AnswerWriter.Write(call);
        context.Response.ContentType = MediaTypeNames.Application.Json;
    }

    protected override Task WriteErrorAsync(HttpContext context, int status, string message) => OpenInferenceErrors.WriteAsync(context, status, message);
}
