using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class LogParameter
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("POST", "2.0/mlflow/runs/log-parameter", "LogParameter", Permission.Develop, HandleAsync);

    private static Task HandleAsync(MlflowCall call)
    {
        Tag[] parameters = [call.Fields.Parameter()];
        return call.ChangeRunAsync((transaction, run) => RunLog.AddParametersAsync(transaction, run, parameters));
    }
}
