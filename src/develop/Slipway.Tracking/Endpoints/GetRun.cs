using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class GetRun
{
    public static void Map(IEndpointRouteBuilder routes, RunReader reader) => routes.MapMlflow(
        "GET", "2.0/mlflow/runs/get", "GetRun", Permission.Read, call => HandleAsync(call, reader));

    private static async Task HandleAsync(MlflowCall call, RunReader reader)
    {
        var run = await reader.GetAsync(call.Fields.RunId(), call.Cancellation);
        await call.StreamAsync(json => reader.WriteAsync(call, json, "run", run.Id));
    }
}
