using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.Scorers.Endpoints;

internal static class GetScorer
{
    public static void Map(IEndpointRouteBuilder routes, ScorerStore scorers) => routes.MapMlflow("GET", "3.0/mlflow/scorers/get", "GetScorer", Permission.Read, async call =>
    {
        var fields = call.Fields;
        var scorer = await scorers.GetAsync(fields.RequiredText("experiment_id"), fields.ScorerName(), fields.ScorerVersion(), call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("scorer");
            scorer.Write(json);
            json.WriteEndObject();
        });
    });
}
