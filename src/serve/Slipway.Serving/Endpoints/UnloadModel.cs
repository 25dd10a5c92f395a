using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Protocols;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Endpoints;

/// <summary>The extension <c>model_repository</c>: lets a model go.</summary>
internal static class UnloadModel
{
    public static void Map(IEndpointRouteBuilder repository) => repository
        .MapPost("/models/{name}/unload", HandleAsync)
        .WithName("UnloadModel")
        .WithSummary("Let a model go (Open Inference Protocol)")
        .WithBody((string name, LoadContract? body) => { })
        .Produces<OpenInferenceError>(StatusCodes.Status400BadRequest)
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Produces<OpenInferenceError>(StatusCodes.Status409Conflict)
        .Needs(Permission.Deploy);

    private static async Task<Ok> HandleAsync(string name, HttpContext context, IModelRepository repository, ServingOptions options)
    {
        await RepositoryRequest.ReadAsync(context.Request, options, context.RequestAborted);
        await repository.UnloadAsync(name, context.RequestAborted);
        return TypedResults.Ok();
    }
}
