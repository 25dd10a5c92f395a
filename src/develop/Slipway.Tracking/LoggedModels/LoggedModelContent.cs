using System.Text.Json;
using Slipway.Mlflow;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.LoggedModels;

/// <summary>A logged model with what it has. Of each metric there is the newest value for each run and dataset that it was measured in and on.</summary>
internal sealed record LoggedModelContent(LoggedModel Model)
{
    public List<Tag> Tags { get; } = [];

    public List<Tag> Parameters { get; } = [];

    public List<ModelRegistration> Registrations { get; } = [];

    public List<(MetricPoint Point, string RunId)> Metrics { get; } = [];

    /// <summary>Writes the members of MLflow's <c>LoggedModel</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        Model.WriteInfo(json, Tags, Registrations);
        json.WriteStartObject("data");
        json.WriteList("params", Parameters, Tag.Write);
        json.WriteList("metrics", Metrics, static (json, metric) => metric.Point.Write(json, metric.RunId));
        json.WriteEndObject();
    }
}
