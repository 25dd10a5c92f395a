using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks.Endpoints;

internal static class DeleteWebhook
{
    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow("DELETE", WebhookCalls.One, "DeleteWebhook", Permission.Administer, async call =>
    {
        var id = call.WebhookId();
        await call.ChangeAsync(id, async transaction =>
        {
            await WebhookStore.DeleteAsync(transaction, id);
            return 0;
        });
        await call.AnswerAsync();
    });
}
