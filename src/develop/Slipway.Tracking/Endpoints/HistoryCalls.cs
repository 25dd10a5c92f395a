using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

/// <summary>What the routes of several histories share.</summary>
internal static class HistoryCalls
{
    /// <summary>The runs that are named, each once, in their order.</summary>
    public static async Task<IReadOnlyList<Run>> RunsAsync(this MlflowFields fields, string name, RunReader reader, CancellationToken cancellationToken)
    {
        var ids = fields.Texts(name).Distinct(StringComparer.Ordinal).ToList();
        if (ids.Count is 0 or > Limits.BulkRuns)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"A request for histories must specify at least one and at most {Limits.BulkRuns} {name}. Received {ids.Count} {name}."));
        }

        var runs = new List<Run>(ids.Count);
        foreach (var id in ids)
        {
            runs.Add(await reader.GetAsync(id, cancellationToken));
        }

        return runs;
    }

    public static void WriteTo(this IReadOnlyList<MetricPoint> points, Utf8JsonWriter json, Run run)
    {
        foreach (var point in points)
        {
            json.WriteStartObject();
            point.Write(json, run.RunId);
            json.WriteEndObject();
        }
    }
}
