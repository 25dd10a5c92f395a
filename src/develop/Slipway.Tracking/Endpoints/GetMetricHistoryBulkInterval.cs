using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

/// <summary>The same for a range of steps, thinned out to what a plot can show.</summary>
internal static class GetMetricHistoryBulkInterval
{
    public static void Map(IEndpointRouteBuilder routes, RunReader reader, Database database) => routes.MapMlflow(
        "GET", "2.0/mlflow/metrics/get-history-bulk-interval", "GetMetricHistoryBulkInterval", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, RunReader reader, Database database)
    {
        var fields = call.Fields;
        var runs = await fields.RunsAsync("run_ids", reader, call.Cancellation);
        var key = fields.RequiredText("metric_key");
        var most = fields.PageSize(Limits.IntervalPoints, Limits.IntervalPoints);
        var (start, end) = (fields.Integer("start_step"), fields.Integer("end_step"));
        if (start is null != end is null)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "If either start_step or end_step are specified, both must be specified.");
        }

        if (start > end)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"end_step must be greater than start_step. Found start_step={start} and end_step={end}."));
        }

        var sample = await database.ReadAsync(connection => MetricSample.PlanAsync(connection, runs, key, start ?? long.MinValue, end ?? long.MaxValue, most), call.Cancellation);
        await call.StreamAsync(async json =>
        {
            json.WriteStartArray("metrics");
            foreach (var run in runs)
            {
                (await database.ReadAsync(connection => sample.ReadAsync(connection, run), call.Cancellation)).WriteTo(json, run);
                await call.FlushAsync(json);
            }

            json.WriteEndArray();
        });
    }
}
