using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks.Endpoints;

/// <summary>What the routes of webhooks share. They send what happens here to anywhere, and an address may hold a secret, so all of them are the administrator's, as in MLflow.</summary>
internal static class WebhookCalls
{
    public const string Path = "2.0/mlflow/webhooks";
    public const string One = $"{Path}/{{webhook_id}}";

    public static string WebhookId(this MlflowCall call) => call.InPath("webhook_id");

    public static async Task AnswerWebhookAsync(this MlflowCall call, WebhookStore webhooks, string id)
    {
        var webhook = await webhooks.GetAsync(id, call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("webhook");
            webhook.Write(json);
            json.WriteEndObject();
        });
    }
}
