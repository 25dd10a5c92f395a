using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.LoggedModels.Endpoints;

internal static class DeleteLoggedModel
{
    public static void Map(IEndpointRouteBuilder routes, LoggedModelStore models) => routes.MapMlflow(
        "DELETE", LoggedModelCalls.OneModel, "DeleteLoggedModel", Permission.Develop, call => HandleAsync(call, models));

    private static async Task HandleAsync(MlflowCall call, LoggedModelStore models)
    {
        var modelId = call.ModelId();
        await call.ChangeAsync(modelId, async transaction =>
        {
            await models.DeleteAsync(transaction, await LoggedModelStore.GetAsync(transaction, modelId));
            return modelId;
        });
        await call.AnswerAsync();
    }
}
