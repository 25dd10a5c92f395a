using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class RestoreRun
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("POST", "2.0/mlflow/runs/restore", "RestoreRun", Permission.Develop, HandleAsync);

    private static async Task HandleAsync(MlflowCall call)
    {
        var runId = call.Fields.RunId();
        await call.ChangeAsync(runId, async transaction => await RunStore.RestoreAsync(transaction, await RunStore.GetAsync(transaction, runId)));
        await call.AnswerAsync();
    }
}
