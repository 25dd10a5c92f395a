using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks.Endpoints;

internal static class GetWebhook
{
    public static void Map(IEndpointRouteBuilder routes, WebhookStore webhooks) => routes.MapMlflow(
        "GET", WebhookCalls.One, "GetWebhook", Permission.Administer, call => call.AnswerWebhookAsync(webhooks, call.WebhookId()));
}
