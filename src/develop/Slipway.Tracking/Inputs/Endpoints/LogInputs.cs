using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Endpoints;

namespace Slipway.Tracking.Inputs.Endpoints;

/// <summary>Datasets and models that a run used.</summary>
internal static class LogInputs
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow(
        "POST", "2.0/mlflow/runs/log-inputs", "LogInputs", Permission.Develop, HandleAsync, Limits.InputsRequest);

    private static Task HandleAsync(MlflowCall call)
    {
        DatasetInput[] datasets = [.. call.Fields.LimitedMessages("datasets", Limits.BatchInputs).Select(DatasetInput.Of)];
        string[] models = [.. call.Fields.LimitedMessages("models", Limits.BatchInputs).Select(model => model.RequiredLimited("model_id", Limits.Key))];
        return call.ChangeRunAsync(async (transaction, run) =>
        {
            await InputLog.AddDatasetsAsync(transaction, run, datasets);
            await InputLog.AddModelsAsync(transaction, run, models);
        });
    }
}
