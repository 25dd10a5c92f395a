using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Registry.Mlflow.Webhooks;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class SetModelVersionTag
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow("POST", "2.0/mlflow/model-versions/set-tag", "SetModelVersionTag", Permission.Develop, async call =>
        {
            var tag = call.Fields.Tag();
            await call.ChangeVersionAsync(async (transaction, version) =>
            {
                await RegisteredVersionStore.SetTagAsync(transaction, version, tag);
                await Announcement.VersionTagAsync(transaction, call.Actor, version, tag.Key, tag.Value);
            });
            await call.AnswerAsync();
        });
        routes.MapMlflow("DELETE", "2.0/mlflow/model-versions/delete-tag", "DeleteModelVersionTag", Permission.Develop, async call =>
        {
            var key = call.Fields.RequiredText("key");
            await call.ChangeVersionAsync(async (transaction, version) =>
            {
                await RegisteredVersionStore.DeleteTagAsync(transaction, version, key);
                await Announcement.VersionTagAsync(transaction, call.Actor, version, key, value: null);
            });
            await call.AnswerAsync();
        });
    }
}
