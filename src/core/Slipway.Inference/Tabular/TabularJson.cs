using System.Text.Json.Serialization;

namespace Slipway.Inference.Tabular;

/// <summary>The JSON of <see cref="TabularSchema"/> in Slipway's one way, generated at build time: the module runs without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(TabularSchema))]
internal sealed partial class TabularJson : JsonSerializerContext;
