using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.LoggedModels.Endpoints;

/// <summary>A model's files are there, or will not come.</summary>
internal static class FinalizeLoggedModel
{
    public static void Map(IEndpointRouteBuilder routes, LoggedModelStore models, LoggedModelReader reader) => routes.MapMlflow(
        "PATCH", LoggedModelCalls.OneModel, "FinalizeLoggedModel", Permission.Develop, call => HandleAsync(call, models, reader));

    private static async Task HandleAsync(MlflowCall call, LoggedModelStore models, LoggedModelReader reader)
    {
        var status = call.Fields.Choice<LoggedModelStatus>("status") ?? throw call.Fields.Missing("status");
        if (status == LoggedModelStatus.LoggedModelPending)
        {
            throw call.Fields.Invalid("status", MlflowFields.NameOf(status), "A model that is final is LOGGED_MODEL_READY or LOGGED_MODEL_UPLOAD_FAILED.");
        }

        await reader.AnswerAsync(call, await call.ChangeModelAsync(models, (_, model) => Task.FromResult(model with { Status = LoggedModel.Kept(status) })));
    }
}
