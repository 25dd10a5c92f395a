using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Serving.TensorFlow;

/// <summary>A request to predict, for the OpenAPI document; requests are read without it. It has either rows or columns.</summary>
/// <param name="Instances">One element a row.</param>
/// <param name="Inputs">A tensor for each input, or that of the only one.</param>
/// <param name="SignatureName"><c>serving_default</c>.</param>
internal sealed record PredictContract(IReadOnlyList<JsonElement>? Instances = null, JsonElement? Inputs = null, [property: JsonPropertyName("signature_name")] string? SignatureName = null);

/// <summary>Its answer: by rows or by columns, as it was asked.</summary>
/// <param name="Predictions">One element a row.</param>
/// <param name="Outputs">A tensor for each output, or that of the only one.</param>
internal sealed record PredictAnswerContract(IReadOnlyList<JsonElement>? Predictions = null, JsonElement? Outputs = null);

/// <summary>Examples to classify, or to tell a number for.</summary>
/// <param name="Examples">An object of features each.</param>
/// <param name="Context">Features that all of them share.</param>
/// <param name="SignatureName"><c>serving_default</c>.</param>
internal sealed record ExamplesContract(
    IReadOnlyList<IReadOnlyDictionary<string, JsonElement>> Examples,
    IReadOnlyDictionary<string, JsonElement>? Context = null,
    [property: JsonPropertyName("signature_name")] string? SignatureName = null);

/// <summary>Pairs of label and score for each example.</summary>
/// <param name="Results">By example, by label: the label and its score.</param>
internal sealed record ClassifyAnswerContract(IReadOnlyList<IReadOnlyList<IReadOnlyList<JsonElement>>> Results);

/// <summary>One number an example.</summary>
/// <param name="Results">By example.</param>
internal sealed record RegressAnswerContract(IReadOnlyList<double> Results);
