using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

/// <summary>All of a batch is kept, or nothing of it.</summary>
internal static class LogBatch
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("POST", "2.0/mlflow/runs/log-batch", "LogBatch", Permission.Develop, HandleAsync);

    private static Task HandleAsync(MlflowCall call)
    {
        var metrics = call.Fields.LimitedMessages("metrics", Limits.BatchMetrics);
        var parameters = call.Fields.LimitedMessages("params", Limits.BatchParameters);
        var tags = call.Fields.LimitedMessages("tags", Limits.BatchTags);
        Limits.CheckBatch("metrics, params, and tags", metrics.Count + parameters.Count + tags.Count, Limits.Batch);

        MetricPoint[] points = [.. metrics.Select(metric => metric.Metric())];
        Tag[] values = [.. parameters.Select(parameter => parameter.Parameter())];
        Tag[] texts = [.. tags.Select(tag => tag.Tag())];
        var twice = values.GroupBy(value => value.Key).Where(same => same.Count() > 1).Select(same => $"'{same.Key}'").ToList();
        if (twice.Count > 0)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"Duplicate parameter keys have been submitted: [{string.Join(", ", twice)}]. Please ensure the request contains only one param value per param key.");
        }

        return call.ChangeRunAsync(async (transaction, run) =>
        {
            await RunLog.AddParametersAsync(transaction, run, values);
            await MetricLog.AddAsync(transaction, run, points);
            await RunLog.SetTagsAsync(transaction, run, texts);
        });
    }
}
