using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class SetModelVersionTag
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow("POST", "2.0/mlflow/model-versions/set-tag", "SetModelVersionTag", Permission.Develop, async call =>
        {
            var tag = call.Fields.Tag();
            await call.ChangeVersionAsync((transaction, version) => RegisteredVersionStore.SetTagAsync(transaction, version, tag));
            await call.AnswerAsync();
        });
        routes.MapMlflow("DELETE", "2.0/mlflow/model-versions/delete-tag", "DeleteModelVersionTag", Permission.Develop, async call =>
        {
            var key = call.Fields.RequiredText("key");
            await call.ChangeVersionAsync((transaction, version) => RegisteredVersionStore.DeleteTagAsync(transaction, version, key));
            await call.AnswerAsync();
        });
    }
}
