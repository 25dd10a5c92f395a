using System.Text.Json;
using Slipway.Mlflow;

namespace Slipway.Tracking.Metrics;

/// <summary>One value of a metric.</summary>
/// <param name="Key">The metric's name.</param>
/// <param name="Value">Any number, NaN and infinities included.</param>
/// <param name="Timestamp">Milliseconds since 1970.</param>
/// <param name="Step">Any integer; points come in any order.</param>
/// <param name="Link">What it was measured with and on, where the client says so.</param>
internal readonly record struct MetricPoint(string Key, double Value, long Timestamp, long Step, MetricLink? Link) : IComparable<MetricPoint>
{
    public bool IsNaN => double.IsNaN(Value);

    /// <summary>The value as it is stored: zero for NaN, which a database does not order.</summary>
    public double Stored => IsNaN ? 0 : Value;

    /// <summary>The order of a history, which is that of the table's key: by step, then time, then value. Two points that are equal by it are one.</summary>
    public int CompareTo(MetricPoint other)
    {
        var order = Step.CompareTo(other.Step);
        order = order != 0 ? order : Timestamp.CompareTo(other.Timestamp);
        order = order != 0 ? order : Stored.CompareTo(other.Stored);
        return order != 0 ? order : IsNaN.CompareTo(other.IsNaN);
    }

    public static void Write(Utf8JsonWriter json, MetricPoint point) => point.Write(json, runId: null);

    public void Write(Utf8JsonWriter json, string? runId)
    {
        json.WriteString("key", Key);
        json.WriteDouble("value", Value);
        json.WriteNumber("timestamp", Timestamp);
        json.WriteNumber("step", Step);
        Text(json, "dataset_name", Link?.DatasetName);
        Text(json, "dataset_digest", Link?.DatasetDigest);
        Text(json, "model_id", Link?.ModelId);
        Text(json, "run_id", runId);

        static void Text(Utf8JsonWriter json, string name, string? text)
        {
            if (text is not null)
            {
                json.WriteString(name, text);
            }
        }
    }
}

/// <summary>The logged model and the dataset that a value belongs to.</summary>
internal sealed record MetricLink(string? ModelId, string? DatasetName, string? DatasetDigest);
