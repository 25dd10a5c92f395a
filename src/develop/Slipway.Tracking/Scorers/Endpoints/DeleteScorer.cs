using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.Scorers.Endpoints;

internal static class DeleteScorer
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("DELETE", "3.0/mlflow/scorers/delete", "DeleteScorer", Permission.Develop, async call =>
    {
        var fields = call.Fields;
        var (experiment, name, version) = (fields.RequiredText("experiment_id"), fields.ScorerName(), fields.ScorerVersion());
        await call.ChangeAsync(name, async transaction =>
        {
            await ScorerStore.DeleteAsync(transaction, experiment, name, version);
            return 0;
        });
        await call.AnswerAsync();
    });
}
