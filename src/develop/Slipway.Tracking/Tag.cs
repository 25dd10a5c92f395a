using System.Text.Json;

namespace Slipway.Tracking;

/// <summary>A tag or a parameter: a name and its text.</summary>
internal readonly record struct Tag(string Key, string Value)
{
    /// <summary>The tag that a run's name is, too.</summary>
    public const string RunName = "mlflow.runName";

    /// <summary>The tag that lists the models that clients before MLflow 3 logged, as JSON.</summary>
    public const string ModelHistory = "mlflow.log-model.history";

    public static void Write(Utf8JsonWriter json, Tag tag)
    {
        json.WriteString("key", tag.Key);
        json.WriteString("value", tag.Value);
    }
}
