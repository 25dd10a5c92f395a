using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Endpoints;

internal static class SetExperimentTag
{
    public static void Map(IEndpointRouteBuilder routes, ExperimentStore experiments)
    {
        routes.MapMlflow("POST", "2.0/mlflow/experiments/set-experiment-tag", "SetExperimentTag", Permission.Develop, call =>
        {
            var tag = call.Fields.Tag();
            return ChangeAsync(call, (transaction, experiment) => experiments.SetTagAsync(transaction, experiment, tag));
        });
        routes.MapMlflow("POST", "2.0/mlflow/experiments/delete-experiment-tag", "DeleteExperimentTag", Permission.Develop, call =>
        {
            var key = call.Fields.RequiredText("key");
            return ChangeAsync(call, (transaction, experiment) => experiments.DeleteTagAsync(transaction, experiment, key));
        });
    }

    private static async Task ChangeAsync(MlflowCall call, Func<WriteTransaction, long, Task> change)
    {
        var id = call.Fields.RequiredText("experiment_id");
        await call.ChangeAsync(id, async transaction =>
        {
            await change(transaction, (await ExperimentStore.GetAsync(transaction, id)).DemandActive().Id);
            return id;
        });
        await call.AnswerAsync();
    }
}
