using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks.Endpoints;

internal static class CreateWebhook
{
    public static void Map(IEndpointRouteBuilder routes, WebhookStore webhooks) => routes.MapMlflow("POST", WebhookCalls.Path, "CreateWebhook", Permission.Administer, async call =>
    {
        var fields = call.Fields;
        var webhook = new Webhook
        {
            WebhookId = Guid.NewGuid().ToString(),
            Name = fields.WebhookName(),
            Description = fields.Limited("description", WebhookFields.Description),
            Url = fields.WebhookUrl(),
            Status = fields.Choice<WebhookStatus>("status") ?? WebhookStatus.Active,
            Events = fields.WebhookEvents() is { Count: > 0 } events ? events : throw fields.Missing("events"),
        };
        var secret = fields.WebhookSecret();
        await call.ChangeAsync(webhook.WebhookId, transaction => webhooks.AddAsync(transaction, webhook, secret));
        await call.AnswerWebhookAsync(webhooks, webhook.WebhookId);
    });
}
