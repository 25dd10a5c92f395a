using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Endpoints;

internal static class GetModelReady
{
    public static void Map(IEndpointRouteBuilder models)
    {
        Describe(models.MapGet("/{name}/ready", Handle)).WithName("GetModelReady");
        Describe(models.MapGet("/{name}/versions/{version}/ready", Handle)).WithName("GetModelVersionReady");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithSummary("Whether a deployment answers")
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Produces<OpenInferenceError>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Score);

    // A version is loaded and warm before it is deployed: whatever is found is ready.
    private static Ok<ModelReady> Handle(string name, string? version, ModelRepository repository)
    {
        repository.GetNow(name, version);
        return TypedResults.Ok(new ModelReady(name, true));
    }
}

/// <summary>Whether a deployment answers.</summary>
public sealed record ModelReady(string Name, bool Ready);
