using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class GetMetricHistory
{
    public static void Map(IEndpointRouteBuilder routes, RunReader reader, Database database) => routes.MapMlflow(
        "GET", "2.0/mlflow/metrics/get-history", "GetMetricHistory", Permission.Read, call => HandleAsync(call, reader, database));

    private static async Task HandleAsync(MlflowCall call, RunReader reader, Database database)
    {
        var fields = call.Fields;
        var run = await reader.GetAsync(fields.RunId(), call.Cancellation);
        var key = fields.RequiredText("metric_key");

        // Without a bound MLflow answers with all there is: so does this, a page at a time.
        var most = fields.Integer("max_results") is null ? long.MaxValue : fields.PageSize(Limits.HistoryPage, Limits.HistoryPage);
        var query = PageToken.Fingerprint(["metric_history", run.RunId, key]);
        var after = fields.Text("page_token") is { Length: > 0 } token ? HistoryToken.Read(token, query) : MetricHistory.Before(long.MinValue);
        await call.StreamAsync(async json =>
        {
            var wrote = false;
            var next = false;
            while (most > 0)
            {
                var limit = (int)Math.Min(most, Limits.HistoryPage);
                var page = await database.ReadAsync(async connection => await (await MetricHistory.OpenAsync(connection, run.Id, key)).ReadAsync(after, long.MaxValue, limit + 1), call.Cancellation);
                foreach (var point in page.Take(limit))
                {
                    // An empty list is absent, so it begins with its first point.
                    if (!wrote)
                    {
                        json.WriteStartArray("metrics");
                        wrote = true;
                    }

                    json.WriteStartObject();
                    point.Write(json, run.RunId);
                    json.WriteEndObject();
                    after = point;
                }

                next = page.Count > limit;
                most = next ? most - limit : 0;
                await call.FlushAsync(json);
            }

            if (wrote)
            {
                json.WriteEndArray();
            }

            if (next)
            {
                json.WriteString("next_page_token", HistoryToken.Write(after, query));
            }
        });
    }
}
