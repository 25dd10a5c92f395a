using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Metrics;

namespace Slipway.Tracking.Endpoints;

internal static class LogMetric
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("POST", "2.0/mlflow/runs/log-metric", "LogMetric", Permission.Develop, HandleAsync);

    private static Task HandleAsync(MlflowCall call)
    {
        MetricPoint[] points = [call.Fields.Metric()];
        return call.ChangeRunAsync((transaction, run) => MetricLog.AddAsync(transaction, run, points));
    }
}
