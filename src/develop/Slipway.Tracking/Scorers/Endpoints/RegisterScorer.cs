using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.Scorers.Endpoints;

internal static class RegisterScorer
{
    public static void Map(IEndpointRouteBuilder routes, ScorerStore scorers) => routes.MapMlflow(
        "POST", "3.0/mlflow/scorers/register", "RegisterScorer", Permission.Develop, call => HandleAsync(call, scorers), limit: 4 * MlflowRoutes.RequestLimit);

    private static async Task HandleAsync(MlflowCall call, ScorerStore scorers)
    {
        var fields = call.Fields;
        var experiment = fields.RequiredText("experiment_id");
        var name = fields.ScorerName();
        var serialized = fields.SerializedScorer();
        var scorer = await call.ChangeAsync(name, transaction => scorers.RegisterAsync(transaction, experiment, name, serialized));
        await call.AnswerAsync(json =>
        {
            json.WriteNumber("version", scorer.Version);
            json.WriteString("scorer_id", scorer.ScorerId);
            json.WriteString("experiment_id", scorer.Experiment.ToString(CultureInfo.InvariantCulture));
            json.WriteString("name", scorer.Name);
            json.WriteString("serialized_scorer", scorer.Serialized);
            json.WriteNumber("creation_time", scorer.CreatedAt);
        });
    }
}
