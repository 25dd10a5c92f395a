using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Endpoints;

internal static class DeleteExperiment
{
    public static void Map(IEndpointRouteBuilder routes, ExperimentStore experiments) => routes.MapMlflow(
        "POST", "2.0/mlflow/experiments/delete", "DeleteExperiment", Permission.Develop, call => HandleAsync(call, experiments));

    private static async Task HandleAsync(MlflowCall call, ExperimentStore experiments)
    {
        var id = call.Fields.RequiredText("experiment_id");
        await call.ChangeAsync(id, async transaction =>
        {
            // As in MLflow, what is deleted is not there to be deleted again.
            var experiment = await ExperimentStore.GetAsync(transaction, id);
            await experiments.DeleteAsync(transaction, experiment.IsDeleted ? throw Experiment.NotFound(id) : experiment);
            return id;
        });
        await call.AnswerAsync();
    }
}
