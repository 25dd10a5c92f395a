using System.Text.Json;

namespace Slipway.Registry.Mlflow;

/// <summary>A tag of a model or of a version.</summary>
internal readonly record struct ModelTag(string Key, string Value)
{
    /// <summary>The semantic version of what Slipway can serve; it stays what it is.</summary>
    public const string SemanticVersion = "slipway.version";

    /// <summary>What tells a prompt, which MLflow keeps among the models, from a model.</summary>
    public const string IsPrompt = "mlflow.prompt.is_prompt";

    public static void Write(Utf8JsonWriter json, ModelTag tag)
    {
        json.WriteString("key", tag.Key);
        json.WriteString("value", tag.Value);
    }
}
