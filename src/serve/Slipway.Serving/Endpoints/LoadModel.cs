using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Protocols;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Endpoints;

/// <summary>The extension <c>model_repository</c>: loads a model.</summary>
internal static class LoadModel
{
    public static void Map(IEndpointRouteBuilder repository) => repository
        .MapPost("/models/{name}/load", HandleAsync)
        .WithName("LoadModel")
        .WithSummary("Load a model, or load it again from what its files are now (Open Inference Protocol)")
        .WithBody((string name, LoadContract? body) => { })
        .Produces<OpenInferenceError>(StatusCodes.Status400BadRequest)
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Produces<OpenInferenceError>(StatusCodes.Status409Conflict)
        .Needs(Permission.Deploy);

    private static async Task<Ok> HandleAsync(string name, HttpContext context, IModelRepository repository, ServingOptions options)
    {
        await RepositoryRequest.ReadAsync(context.Request, options, context.RequestAborted);
        await repository.LoadAsync(name, context.RequestAborted);
        return TypedResults.Ok();
    }
}
