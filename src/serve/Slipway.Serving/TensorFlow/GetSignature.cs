using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Inference.Tensors;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Repository;
using Slipway.Serving.Routing;

namespace Slipway.Serving.TensorFlow;

internal static class GetSignature
{
    public static void Map(IEndpointRouteBuilder models)
    {
        Describe(models.MapGet("/{name}/metadata", HandleAsync)).WithName("GetSignatureV1");
        Describe(models.MapGet("/{name}/versions/{version}/metadata", HandleAsync)).WithName("GetSignatureV1Version");
        Describe(models.MapGet("/{name}/labels/{label}/metadata", HandleAsync)).WithName("GetSignatureV1Label");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) => route
        .WithSummary("Inputs and outputs of a deployment (TensorFlow Serving v1)")
        .Produces<OpenInferenceError>(StatusCodes.Status404NotFound)
        .Produces<OpenInferenceError>(StatusCodes.Status503ServiceUnavailable)
        .Needs(Permission.Score);

    // Such callers are about to send a request, so they wait for a model as its requests do.
    private static async Task<Ok<SignatureAnswer>> HandleAsync(
        string name, string? version, string? label, VersionServer versions, ModelRepository repository, CancellationToken cancellationToken)
    {
        await repository.ArriveAsync(name, cancellationToken);
        var found = VersionLabels.Get(versions, name, version, label);
        var definition = new SignatureDefinition(Describe(found.Signature.Inputs), Describe(found.Signature.Outputs), "tensorflow/serving/predict");
        return TypedResults.Ok(new SignatureAnswer(
            new ModelSpec(name, "", found.Numbered),
            new SignatureMetadata(new SignatureMap(new Dictionary<string, SignatureDefinition> { ["serving_default"] = definition }))));
    }

    private static Dictionary<string, TensorInfo> Describe(IReadOnlyList<TensorSpec> specs) => specs.ToDictionary(
        s => s.Name,
        s => new TensorInfo(
            TypeName(s.Type),
            new TensorShape([.. s.Shape.Select(d => new TensorDimension(d.ToString(CultureInfo.InvariantCulture), ""))], false),
            s.Name));

    private static string TypeName(TensorType type) => type switch
    {
        TensorType.Bool => "DT_BOOL",
        TensorType.UInt8 => "DT_UINT8",
        TensorType.UInt16 => "DT_UINT16",
        TensorType.UInt32 => "DT_UINT32",
        TensorType.UInt64 => "DT_UINT64",
        TensorType.Int8 => "DT_INT8",
        TensorType.Int16 => "DT_INT16",
        TensorType.Int32 => "DT_INT32",
        TensorType.Int64 => "DT_INT64",
        TensorType.Float16 => "DT_HALF",
        TensorType.Float32 => "DT_FLOAT",
        TensorType.Float64 => "DT_DOUBLE",
        _ => "DT_STRING",
    };
}

/// <summary>A deployment's contract (TensorFlow Serving).</summary>
/// <param name="ModelSpec">Which model and version.</param>
/// <param name="Metadata">Its signatures.</param>
public sealed record SignatureAnswer([property: JsonPropertyName("model_spec")] ModelSpec ModelSpec, SignatureMetadata Metadata);

/// <summary>Which model and version.</summary>
/// <param name="Name">The deployment's name.</param>
/// <param name="SignatureName">Empty: all signatures.</param>
/// <param name="Version">Its number, or its semantic version where it has none.</param>
public sealed record ModelSpec(string Name, [property: JsonPropertyName("signature_name")] string SignatureName, string Version);

/// <summary>The kinds of metadata, of which there is one.</summary>
/// <param name="Signatures">The signatures.</param>
public sealed record SignatureMetadata([property: JsonPropertyName("signature_def")] SignatureMap Signatures);

/// <summary>Signatures by name.</summary>
/// <param name="Definitions">One, <c>serving_default</c>.</param>
public sealed record SignatureMap([property: JsonPropertyName("signature_def")] IReadOnlyDictionary<string, SignatureDefinition> Definitions);

/// <summary>Inputs and outputs.</summary>
/// <param name="Inputs">By name.</param>
/// <param name="Outputs">By name.</param>
/// <param name="MethodName">The method that takes them.</param>
public sealed record SignatureDefinition(
    IReadOnlyDictionary<string, TensorInfo> Inputs, IReadOnlyDictionary<string, TensorInfo> Outputs, [property: JsonPropertyName("method_name")] string MethodName);

/// <summary>One input or output.</summary>
/// <param name="Dtype">Its type, such as <c>DT_DOUBLE</c>.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Name">Its name in the model.</param>
public sealed record TensorInfo(string Dtype, [property: JsonPropertyName("tensor_shape")] TensorShape Shape, string Name);

/// <summary>Dimensions.</summary>
/// <param name="Dim">Each of them.</param>
/// <param name="UnknownRank">Always false.</param>
public sealed record TensorShape(IReadOnlyList<TensorDimension> Dim, [property: JsonPropertyName("unknown_rank")] bool UnknownRank);

/// <summary>One dimension.</summary>
/// <param name="Size">Its length, as a text; −1 is open.</param>
/// <param name="Name">Empty.</param>
public sealed record TensorDimension(string Size, string Name);
