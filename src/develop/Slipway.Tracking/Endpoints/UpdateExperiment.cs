using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Endpoints;

internal static class UpdateExperiment
{
    public static void Map(IEndpointRouteBuilder routes, ExperimentStore experiments) => routes.MapMlflow(
        "POST", "2.0/mlflow/experiments/update", "UpdateExperiment", Permission.Develop, call => HandleAsync(call, experiments));

    private static async Task HandleAsync(MlflowCall call, ExperimentStore experiments)
    {
        var id = call.Fields.RequiredText("experiment_id");
        var name = call.Fields.RequiredLimited("new_name", Limits.ExperimentName);
        await call.ChangeAsync(id, async transaction =>
        {
            await experiments.RenameAsync(transaction, (await ExperimentStore.GetAsync(transaction, id)).DemandActive(), name);
            return id;
        });
        await call.AnswerAsync();
    }
}
