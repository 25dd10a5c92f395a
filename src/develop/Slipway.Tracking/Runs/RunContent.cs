using System.Text.Json;
using Slipway.Mlflow;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Runs;

/// <summary>A run with what it logged: of each metric its newest value.</summary>
internal sealed record RunContent(Run Run)
{
    public List<MetricPoint> Metrics { get; init; } = [];

    public List<Tag> Parameters { get; init; } = [];

    public List<Tag> Tags { get; init; } = [];

    public RunInputs Inputs { get; } = new();

    /// <summary>Writes the members of MLflow's <c>Run</c>.</summary>
    public async Task WriteAsync(MlflowCall call, Utf8JsonWriter json, DatasetPool datasets)
    {
        WriteLogged(json);
        await Inputs.WriteAsync(call, json, datasets);
    }

    /// <summary>Writes the members of a run that has begun, and so used nothing yet.</summary>
    public void WriteBegun(Utf8JsonWriter json)
    {
        WriteLogged(json);
        json.WriteStartObject("inputs");
        json.WriteEndObject();
    }

    private void WriteLogged(Utf8JsonWriter json)
    {
        Run.WriteInfo(json);
        json.WriteStartObject("data");
        json.WriteList("metrics", Metrics, MetricPoint.Write);
        json.WriteList("params", Parameters, Tag.Write);
        json.WriteList("tags", Tags, Tag.Write);
        json.WriteEndObject();
    }
}
