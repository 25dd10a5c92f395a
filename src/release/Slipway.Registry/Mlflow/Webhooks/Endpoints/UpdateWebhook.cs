using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks.Endpoints;

internal static class UpdateWebhook
{
    public static void Map(IEndpointRouteBuilder routes, WebhookStore webhooks) => routes.MapMlflow("PATCH", WebhookCalls.One, "UpdateWebhook", Permission.Administer, async call =>
    {
        // As in MLflow, an empty text changes nothing.
        var fields = call.Fields;
        var change = new WebhookChange(
            string.IsNullOrEmpty(fields.Text("name")) ? null : fields.WebhookName(),
            fields.Given("description", WebhookFields.Description),
            string.IsNullOrEmpty(fields.Text("url")) ? null : fields.WebhookUrl(),
            fields.WebhookSecret(),
            fields.Choice<WebhookStatus>("status"),
            fields.WebhookEvents());
        var id = call.WebhookId();
        await call.ChangeAsync(id, async transaction =>
        {
            await webhooks.UpdateAsync(transaction, id, change);
            return 0;
        });
        await call.AnswerWebhookAsync(webhooks, id);
    });
}
