using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Endpoints;

internal static class RestoreExperiment
{
    public static void Map(IEndpointRouteBuilder routes, ExperimentStore experiments) => routes.MapMlflow(
        "POST", "2.0/mlflow/experiments/restore", "RestoreExperiment", Permission.Develop, call => HandleAsync(call, experiments));

    private static async Task HandleAsync(MlflowCall call, ExperimentStore experiments)
    {
        var id = call.Fields.RequiredText("experiment_id");
        await call.ChangeAsync(id, async transaction =>
        {
            // As in MLflow, only what is deleted is there to be restored.
            var experiment = await ExperimentStore.GetAsync(transaction, id);
            await experiments.RestoreAsync(transaction, experiment.IsDeleted ? experiment : throw Experiment.NotFound(id));
            return id;
        });
        await call.AnswerAsync();
    }
}
