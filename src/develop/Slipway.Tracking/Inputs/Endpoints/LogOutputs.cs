using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Endpoints;

namespace Slipway.Tracking.Inputs.Endpoints;

/// <summary>Models that a run made, each with the step at which it did.</summary>
internal static class LogOutputs
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("POST", "2.0/mlflow/runs/outputs", "LogOutputs", Permission.Develop, HandleAsync);

    private static Task HandleAsync(MlflowCall call)
    {
        ModelOutput[] models =
        [
            .. call.Fields.LimitedMessages("models", Limits.BatchInputs).Select(model => new ModelOutput(model.RequiredLimited("model_id", Limits.Key), model.Integer("step") ?? 0)),
        ];
        return call.ChangeRunAsync((transaction, run) => InputLog.AddOutputsAsync(transaction, run, models));
    }
}
