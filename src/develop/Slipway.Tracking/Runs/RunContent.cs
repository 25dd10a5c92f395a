using System.Text.Json;
using Slipway.Mlflow;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Runs;

/// <summary>A run with what it logged: of each metric its newest value.</summary>
internal sealed record RunContent(Run Run)
{
    public List<MetricPoint> Metrics { get; init; } = [];

    public List<Tag> Parameters { get; init; } = [];

    public List<Tag> Tags { get; init; } = [];

    /// <summary>Writes the members of MLflow's <c>Run</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        Run.WriteInfo(json);
        json.WriteStartObject("data");
        json.WriteList("metrics", Metrics, MetricPoint.Write);
        json.WriteList("params", Parameters, Tag.Write);
        json.WriteList("tags", Tags, Tag.Write);
        json.WriteEndObject();

        // Inputs are not kept yet; clients look for the member.
        json.WriteStartObject("inputs");
        json.WriteEndObject();
    }
}
