using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.LoggedModels.Endpoints;

internal static class LogLoggedModelParameters
{
    public static void Map(IEndpointRouteBuilder routes, LoggedModelStore models) => routes.MapMlflow(
        "POST", $"{LoggedModelCalls.OneModel}/params", "LogLoggedModelParameters", Permission.Develop, call => HandleAsync(call, models));

    private static async Task HandleAsync(MlflowCall call, LoggedModelStore models)
    {
        var parameters = call.Fields.ModelParameters();
        await call.ChangeModelAsync(models, async (transaction, model) =>
        {
            await LoggedModelStore.AddParametersAsync(transaction, model, parameters);
            return model;
        });
        await call.AnswerAsync();
    }
}
