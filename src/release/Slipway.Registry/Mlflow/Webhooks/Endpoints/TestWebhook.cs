using System.Text;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Outbound;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks.Endpoints;

/// <summary>Calls a webhook once with an example, whether it is active or not. What it answers is not shown beyond the status: the address may be one that the caller cannot reach.</summary>
internal static class TestWebhook
{
    public static void Map(IEndpointRouteBuilder routes, WebhookStore webhooks, IOutbound outbound, TimeProvider time) => routes.MapMlflow(
        "POST", $"{WebhookCalls.One}/test", "TestWebhook", Permission.Administer, call => HandleAsync(call, webhooks, outbound, time));

    private static async Task HandleAsync(MlflowCall call, WebhookStore webhooks, IOutbound outbound, TimeProvider time)
    {
        WebhookEvent? asked = call.Fields.Message("event") is { } fields ? WebhookEvent.Of(fields) : null;
        var webhook = await webhooks.GetAsync(call.WebhookId(), call.Cancellation);
        var receiver = await webhooks.FindReceiverAsync(webhook.WebhookId, evenDisabled: true, call.Cancellation) ?? throw Webhook.NotFound(webhook.WebhookId);
        var named = asked ?? webhook.Events[0];
        var now = time.GetUtcNow();
        var body = WebhookMessage.BodyOf(named, now, Announcement.Example(named));
        var (status, error) = await TryAsync(outbound, receiver, body, now, call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("result");
            json.WriteBoolean("success", status is >= 200 and <= 299);
            if (status is { } known)
            {
                json.WriteNumber("response_status", known);
            }

            json.WriteGiven("error_message", error);
            json.WriteEndObject();
        });
    }

    private static async Task<(int? Status, string? Error)> TryAsync(IOutbound outbound, WebhookReceiver receiver, string body, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var headers = WebhookMessage.HeadersOf(Guid.NewGuid().ToString(), now, body, receiver.Secret);
            return ((int)await outbound.SendAsync(new Uri(receiver.Url), Encoding.UTF8.GetBytes(body), headers, cancellationToken), null);
        }
        catch (SlipwayException e)
        {
            return (null, e.Message);
        }
    }
}
