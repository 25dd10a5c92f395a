using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks.Endpoints;

internal static class ListWebhooks
{
    public static void Map(IEndpointRouteBuilder routes, WebhookStore webhooks) => routes.MapMlflow("GET", WebhookCalls.Path, "ListWebhooks", Permission.Administer, async call =>
    {
        var (found, next) = await webhooks.ListAsync(call.Fields.PageSize(WebhookFields.Default, WebhookFields.Page), call.Fields.Text("page_token"), call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteList("webhooks", found, static (writer, webhook) => webhook.Write(writer));
            json.WriteGiven("next_page_token", next);
        });
    });
}
