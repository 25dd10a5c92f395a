using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Endpoints;

internal static class GetModelMetadata
{
    public static void Map(IEndpointRouteBuilder models)
    {
        Describe(models.MapGet("/{name}", HandleAsync)).WithName("GetModelMetadata");
        Describe(models.MapGet("/{name}/versions/{version}", HandleAsync)).WithName("GetModelVersionMetadata");
    }

    // Whoever may call a model needs its contract to call it right.
    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithSummary("Inputs and outputs of a deployment")
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Produces<OpenInferenceError>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Score);

    // Such callers are about to send a request, so they wait for a model as its requests do.
    private static async Task<Ok<ModelMetadata>> HandleAsync(string name, string? version, ModelRepository repository, CancellationToken cancellationToken)
    {
        var (deployment, served) = await repository.GetAsync(name, version, cancellationToken);
        return TypedResults.Ok(new ModelMetadata(
            name,
            [.. deployment.Versions.Select(v => v.Semantic)],
            PlatformOf(served.Loaded.Format),
            [.. served.Signature.Inputs.Select(Describe)],
            [.. served.Signature.Outputs.Select(Describe)]));
    }

    // The protocol names platforms as project_format.
    internal static string PlatformOf(string format) => format switch
    {
        "onnx" => "onnx_onnxv1",
        "lightgbm" => "lightgbm_text",
        _ => format,
    };

    private static TensorMetadata Describe(TensorSpec spec) => new(spec.Name, spec.Type.WireName(), spec.Shape);
}

/// <summary>A deployment's contract (Open Inference Protocol).</summary>
/// <param name="Name">The deployment's name.</param>
/// <param name="Versions">The versions that can be asked for: the stable one first, then the candidate, then the one that a rollback returns to.</param>
/// <param name="Platform">The framework and the format of the model.</param>
/// <param name="Inputs">In the model's order.</param>
/// <param name="Outputs">In the model's order.</param>
public sealed record ModelMetadata(
    string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);

/// <summary>One input or output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its type, such as <c>FP64</c>.</param>
/// <param name="Shape">Its dimensions; −1 is open.</param>
public sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);
