using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Endpoints;

internal static class GetExperiment
{
    public static void Map(IEndpointRouteBuilder routes, ExperimentStore experiments)
    {
        routes.MapMlflow("GET", "2.0/mlflow/experiments/get", "GetExperiment", Permission.Read, async call =>
            await AnswerAsync(call, experiments, await experiments.GetAsync(call.Fields.RequiredText("experiment_id"), call.Cancellation)));
        routes.MapMlflow("GET", "2.0/mlflow/experiments/get-by-name", "GetExperimentByName", Permission.Read, async call =>
        {
            var name = call.Fields.RequiredText("experiment_name");
            await AnswerAsync(
                call,
                experiments,
                await experiments.FindAsync(name, call.Cancellation) ?? throw new SlipwayException(ErrorKind.NotFound, $"Could not find experiment with name '{Excerpt.Of(name, Limits.ExperimentName)}'"));
        });
    }

    private static async Task AnswerAsync(MlflowCall call, ExperimentStore experiments, Experiment experiment)
    {
        var tags = (await experiments.ListAsync([experiment.Id], call.Cancellation))[0].Tags;
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("experiment");
            experiment.Write(json, tags);
            json.WriteEndObject();
        });
    }
}
