using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

/// <summary>The histories of one metric in several runs, as comparisons draw them.</summary>
internal static class GetMetricHistoryBulk
{
    public static void Map(IEndpointRouteBuilder routes, RunReader reader, Database database) => routes.MapMlflow(
        "GET", "2.0/mlflow/metrics/get-history-bulk", "GetMetricHistoryBulk", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, RunReader reader, Database database)
    {
        var fields = call.Fields;
        var runs = await fields.RunsAsync("run_id", reader, call.Cancellation);
        var key = fields.RequiredText("metric_key");
        var left = fields.PageSize(Limits.HistoryPage, Limits.HistoryPage);
        await call.StreamAsync(async json =>
        {
            json.WriteStartArray("metrics");
            foreach (var run in runs)
            {
                var limit = left;
                var points = limit == 0 ? [] : await database.ReadAsync(
                    async connection => await (await MetricHistory.OpenAsync(connection, run.Id, key)).ReadAsync(MetricHistory.Before(long.MinValue), long.MaxValue, limit), call.Cancellation);
                points.WriteTo(json, run);
                left -= points.Count;
                await call.FlushAsync(json);
            }

            json.WriteEndArray();
        });
    }
}
