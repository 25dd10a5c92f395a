using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Registry.Mlflow.Webhooks;

namespace Slipway.Registry.Mlflow.Endpoints;

internal static class SetRegisteredModelTag
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMlflow("POST", "2.0/mlflow/registered-models/set-tag", "SetRegisteredModelTag", Permission.Develop, async call =>
        {
            var tag = call.Fields.Tag();
            await call.ChangeModelAsync(call.Fields.ModelNamed(), async (transaction, model) =>
            {
                await RegisteredModelStore.SetTagAsync(transaction, model.Id, tag);
                await Announcement.ModelTagAsync(transaction, call.Actor, model, tag.Key, tag.Value);
            });
            await call.AnswerAsync();
        });
        routes.MapMlflow("DELETE", "2.0/mlflow/registered-models/delete-tag", "DeleteRegisteredModelTag", Permission.Develop, async call =>
        {
            var key = call.Fields.RequiredText("key");
            await call.ChangeModelAsync(call.Fields.ModelNamed(), async (transaction, model) =>
            {
                // Asked before it is deleted: that may be the tag which makes it a prompt.
                await Announcement.ModelTagAsync(transaction, call.Actor, model, key, value: null);
                await RegisteredModelStore.DeleteTagAsync(transaction, model.Id, key);
            });
            await call.AnswerAsync();
        });
    }
}
