using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Endpoints;

/// <summary>The extension <c>model_configuration</c>: a model in the words of Triton's <c>config.pbtxt</c>.</summary>
internal static class GetModelConfiguration
{
    public static void Map(IEndpointRouteBuilder models)
    {
        Describe(models.MapGet("/{name}/config", HandleAsync)).WithName("GetModelConfiguration");
        Describe(models.MapGet("/{name}/versions/{version}/config", HandleAsync)).WithName("GetModelVersionConfiguration");
    }

    // Whoever may call a model needs its contract to call it right.
    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithSummary("Configuration of a deployment (Open Inference Protocol)")
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Produces<OpenInferenceError>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Score);

    private static async Task<Ok<ModelConfiguration>> HandleAsync(string name, string? version, ModelRepository repository, CancellationToken cancellationToken)
    {
        var served = (await repository.GetAsync(name, version, cancellationToken)).Version;
        return TypedResults.Ok(new ModelConfiguration(
            name,
            GetModelMetadata.PlatformOf(served.Loaded.Format),
            served.Loaded.Format == "onnx" ? "onnxruntime" : served.Loaded.Format,
            MaxBatchSize: 0,
            [.. served.Signature.Inputs.Select(i => new ConfiguredInput(i.Name, TypeOf(i.Type), i.Shape, i.Optional))],
            [.. served.Signature.Outputs.Select(o => new ConfiguredOutput(o.Name, TypeOf(o.Type), o.Shape))]));
    }

    private static string TypeOf(TensorType type) => type == TensorType.Bytes ? "TYPE_STRING" : $"TYPE_{type.WireName()}";
}

/// <summary>A model's configuration, as Triton tells it.</summary>
/// <param name="Name">The deployment's name.</param>
/// <param name="Platform">The framework and the format of the model.</param>
/// <param name="Backend">What runs it.</param>
/// <param name="MaxBatchSize">Always 0, which says that dimensions are whole shapes, the number of rows among them. Requests are put together all the same.</param>
/// <param name="Inputs">In the model's order.</param>
/// <param name="Outputs">In the model's order.</param>
public sealed record ModelConfiguration(
    string Name,
    string Platform,
    string Backend,
    [property: JsonPropertyName("max_batch_size")] int MaxBatchSize,
    [property: JsonPropertyName("input")] IReadOnlyList<ConfiguredInput> Inputs,
    [property: JsonPropertyName("output")] IReadOnlyList<ConfiguredOutput> Outputs);

/// <summary>One input.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">Its type, such as <c>TYPE_FP64</c>.</param>
/// <param name="Dims">Its whole shape; −1 is open.</param>
/// <param name="Optional">True when it may be left out.</param>
public sealed record ConfiguredInput(string Name, [property: JsonPropertyName("data_type")] string DataType, IReadOnlyList<long> Dims, bool Optional);

/// <summary>One output.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DataType">Its type, such as <c>TYPE_FP64</c>.</param>
/// <param name="Dims">Its whole shape; −1 is open.</param>
public sealed record ConfiguredOutput(string Name, [property: JsonPropertyName("data_type")] string DataType, IReadOnlyList<long> Dims);
