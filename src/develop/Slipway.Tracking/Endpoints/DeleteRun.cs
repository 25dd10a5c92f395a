using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

internal static class DeleteRun
{
    public static void Map(IEndpointRouteBuilder routes, RunStore runs) => routes.MapMlflow(
        "POST", "2.0/mlflow/runs/delete", "DeleteRun", Permission.Develop, call => HandleAsync(call, runs));

    private static async Task HandleAsync(MlflowCall call, RunStore runs)
    {
        var runId = call.Fields.RunId();
        await call.ChangeAsync(runId, async transaction => await runs.DeleteAsync(transaction, await RunStore.GetAsync(transaction, runId)));
        await call.AnswerAsync();
    }
}
