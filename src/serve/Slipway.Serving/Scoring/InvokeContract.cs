using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Serving.Scoring;

/// <summary>A request of MLflow's scoring, for the OpenAPI document; requests are read without it. It has exactly one of the four forms; a table may come as CSV instead.</summary>
/// <param name="Split">A table by columns' names and rows.</param>
/// <param name="Records">A table by objects.</param>
/// <param name="Instances">TensorFlow's rows.</param>
/// <param name="Inputs">TensorFlow's columns.</param>
/// <param name="Params">Taken and ignored: no model has any.</param>
internal sealed record InvokeContract(
    [property: JsonPropertyName("dataframe_split")] SplitContract? Split = null,
    [property: JsonPropertyName("dataframe_records")] IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>? Records = null,
    IReadOnlyList<JsonElement>? Instances = null,
    JsonElement? Inputs = null,
    IReadOnlyDictionary<string, JsonElement>? Params = null);

/// <summary>A table by columns' names and rows.</summary>
/// <param name="Columns">Names.</param>
/// <param name="Data">A list of values a row.</param>
/// <param name="Index">Left out of account.</param>
internal sealed record SplitContract(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<JsonElement>> Data, IReadOnlyList<JsonElement>? Index = null);

/// <summary>Its answer.</summary>
/// <param name="Predictions">A list of the only output; records of a table's several; an object of arrays for those of tensors.</param>
internal sealed record InvokeAnswerContract(JsonElement Predictions);
