using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Access.Errors;
using Slipway.Core.Errors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Protocols;
using Slipway.Serving.Routing;
using Slipway.Serving.Untyped;

namespace Slipway.Serving.TensorFlow;

/// <summary>What TensorFlow Serving's methods share: their routes, and their words for an error.</summary>
internal abstract class TensorFlowInference(IInferenceService inference, VersionServer versions, ServingOptions options, ILogger log)
    : UntypedInference(inference, options, log)
{
    protected override Task WriteErrorAsync(HttpContext context, int status, string message) => OpenInferenceErrors.WriteAsync(context, status, message);

    /// <summary>Maps <c>NAME:method</c>, and the same of a version and of a label.</summary>
    protected void Map<TBody, TAnswer>(IEndpointRouteBuilder models, string method, string name, string summary)
    {
        RequestDelegate handler = HandleAsync;
        Describe<TAnswer>(models.MapPost($"/{{name}}:{method}", handler), (string name, TBody body) => { }, summary).WithName($"{name}V1");
        Describe<TAnswer>(models.MapPost($"/{{name}}/versions/{{version}}:{method}", handler), (string name, string version, TBody body) => { }, summary).WithName($"{name}V1Version");
        Describe<TAnswer>(models.MapPost($"/{{name}}/labels/{{label}}:{method}", handler), (string name, string label, TBody body) => { }, summary).WithName($"{name}V1Label");
    }

    private static IEndpointConventionBuilder Describe<TAnswer>(IEndpointConventionBuilder route, Delegate contract, string summary) => route
        .WithSummary(summary)
        .WithInference<TAnswer, OpenInferenceError>(contract)
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
