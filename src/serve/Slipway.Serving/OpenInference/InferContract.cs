using System.Text.Json;
using System.Text.Json.Serialization;

namespace Slipway.Serving.OpenInference;

/// <summary>A request of the Open Inference Protocol, for the OpenAPI document; requests are read without it.</summary>
/// <param name="Inputs">One for each input of the model, or one for each column.</param>
/// <param name="Id">Comes back in the answer, and is the id of the prediction.</param>
/// <param name="Parameters">Among them <c>event_time</c>, <c>sticky_key</c>, <c>segment.NAME</c>, <c>timeout</c>, <c>priority</c>.</param>
/// <param name="Outputs">Those that are wanted, in this order; all where none is named.</param>
internal sealed record InferContract(
    IReadOnlyList<InputContract> Inputs, string? Id = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null, IReadOnlyList<OutputContract>? Outputs = null);

/// <summary>One input.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its type, such as <c>FP64</c>.</param>
/// <param name="Shape">Its dimensions; the first one is the rows.</param>
/// <param name="Data">Its elements in row-major order, flat or nested; absent where they follow the JSON as bytes.</param>
/// <param name="Parameters"><c>binary_data_size</c> where they do.</param>
internal sealed record InputContract(
    string Name, string Datatype, IReadOnlyList<long> Shape, IReadOnlyList<JsonElement>? Data = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

/// <summary>An output that is wanted.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters"><c>binary_data</c> and <c>classification</c>.</param>
internal sealed record OutputContract(string Name, IReadOnlyDictionary<string, JsonElement>? Parameters = null);

/// <summary>An answer of the Open Inference Protocol.</summary>
/// <param name="ModelName">The deployment.</param>
/// <param name="ModelVersion">The version that answered.</param>
/// <param name="Id">The request's id, or one that the server gave it.</param>
/// <param name="Parameters"><c>role</c>: stable, candidate or previous.</param>
/// <param name="Outputs">In the order in which they were asked for.</param>
internal sealed record InferAnswerContract(
    [property: JsonPropertyName("model_name")] string ModelName,
    [property: JsonPropertyName("model_version")] string ModelVersion,
    string Id,
    IReadOnlyDictionary<string, JsonElement> Parameters,
    IReadOnlyList<InputContract> Outputs);

/// <summary>What a request for the index may say.</summary>
/// <param name="Ready">True to have only what answers.</param>
internal sealed record IndexContract(bool Ready = false);

/// <summary>What a request to load or unload may say.</summary>
/// <param name="Parameters">Models are loaded from their own files, so <c>config</c> and <c>file:…</c> are refused.</param>
internal sealed record LoadContract(IReadOnlyDictionary<string, JsonElement>? Parameters = null);
