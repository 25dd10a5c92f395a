using System.Text.Json.Nodes;
using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>Combinations of keys in the words of JSON Schema.</summary>
internal static class SchemaRules
{
    /// <summary>All of the keys are there.</summary>
    public static JsonObject Together(params Key[] keys) => new() { ["required"] = new JsonArray([.. keys.Select(k => (JsonNode)k.Name)]) };

    /// <summary>One of the keys at least is there.</summary>
    public static JsonArray AnyOf(params Key[] keys) => new([.. keys.Select(k => Together(k))]);
}
