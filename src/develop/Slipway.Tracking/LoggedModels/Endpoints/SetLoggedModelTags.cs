using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.LoggedModels.Endpoints;

internal static class SetLoggedModelTags
{
    public static void Map(IEndpointRouteBuilder routes, LoggedModelStore models, LoggedModelReader reader)
    {
        routes.MapMlflow("PATCH", $"{LoggedModelCalls.OneModel}/tags", "SetLoggedModelTags", Permission.Develop, async call =>
        {
            var tags = call.Fields.ModelTags();
            await reader.AnswerAsync(call, await call.ChangeModelAsync(models, async (transaction, model) =>
            {
                await LoggedModelStore.SetTagsAsync(transaction, model, tags);
                return model;
            }));
        });

        // A key may hold slashes.
        routes.MapMlflow("DELETE", $"{LoggedModelCalls.OneModel}/tags/{{**tag_key}}", "DeleteLoggedModelTag", Permission.Develop, async call =>
        {
            var key = call.InPath("tag_key");
            await call.ChangeModelAsync(models, async (transaction, model) =>
            {
                await LoggedModelStore.DeleteTagAsync(transaction, model, key);
                return model;
            });
            await call.AnswerAsync();
        });
    }
}
