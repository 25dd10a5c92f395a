using System.Globalization;
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
    public static void Map(IEndpointRouteBuilder models)
    {
        RequestDelegate handler = models.ServiceProvider.GetRequiredService<InferModel>().HandleAsync;
        Describe(models.MapPost("/{name}/infer", handler), (string name, InferContract body) => { }).WithName("InferModel");
        Describe(models.MapPost("/{name}/versions/{version}/infer", handler), (string name, string version, InferContract body) => { }).WithName("InferModelVersion");
    }

    private static IEndpointConventionBuilder Describe(IEndpointConventionBuilder route, Delegate contract) => route
        .WithSummary("Predict with a deployment (Open Inference Protocol v2)")
        .WithDescription("Tensors may follow the JSON as bytes; then the header Inference-Header-Content-Length says where they begin. Bodies may be packed with gzip or deflate.")
        .WithInference<InferAnswerContract, OpenInferenceError>(contract)
        .Needs(Permission.Score);

    public Task HandleAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        return HandleAsync(context, (string)values["name"]!, (string?)values["version"]);
    }

    protected override void Parse(InferenceCall call, HttpContext context)
    {
        if (!context.Request.Headers.TryGetValue(BinaryTensors.LengthHeader, out var text))
        {
            InferRequestParser.Parse(call, Options.MaxElements);
            return;
        }

        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) || length > call.Body.Count)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"The header {BinaryTensors.LengthHeader} is '{text}', but must be the length of the JSON at the body's beginning, at most the body's {call.Body.Count} bytes.");
        }

        if (length == 0)
        {
            RawBody.Parse(call);
            return;
        }

        InferRequestParser.Parse(call, Options.MaxElements, length);
    }

    protected override void Write(InferenceCall call, HttpContext context)
    {
        var length = AnswerWriter.Write(call);
        if (length == 0)
        {
            context.Response.ContentType = MediaTypeNames.Application.Json;
            return;
        }

        context.Response.ContentType = MediaTypeNames.Application.Octet;
        context.Response.Headers[BinaryTensors.LengthHeader] = length.ToString(CultureInfo.InvariantCulture);
    }

    protected override Task WriteErrorAsync(HttpContext context, int status, string message) => OpenInferenceErrors.WriteAsync(context, status, message);
}
