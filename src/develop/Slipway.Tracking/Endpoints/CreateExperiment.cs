using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Endpoints;

internal static class CreateExperiment
{
    public static void Map(IEndpointRouteBuilder routes, ExperimentStore experiments) => routes.MapMlflow(
        "POST", "2.0/mlflow/experiments/create", "CreateExperiment", Permission.Develop, call => HandleAsync(call, experiments));

    private static async Task HandleAsync(MlflowCall call, ExperimentStore experiments)
    {
        var name = call.Fields.RequiredLimited("name", Limits.ExperimentName);
        var location = ArtifactLocation.Of(call.Fields);
        var tags = call.Fields.Tags();
        var id = await call.ChangeAsync(name, transaction => experiments.CreateAsync(transaction, name, location, tags));
        await call.AnswerAsync(json => json.WriteString("experiment_id", id.ToString(CultureInfo.InvariantCulture)));
    }
}
