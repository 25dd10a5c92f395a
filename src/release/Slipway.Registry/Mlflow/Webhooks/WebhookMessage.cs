using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>What a webhook is sent: a body in MLflow's form, and the headers by which a receiver tells repeats and forgeries.</summary>
internal static class WebhookMessage
{
    /// <summary>The body that tells of an event.</summary>
    public static string BodyOf(WebhookEvent named, DateTimeOffset at, JsonNode data) => new JsonObject
    {
        ["entity"] = named.EntityName,
        ["action"] = named.ActionName,
        ["timestamp"] = at.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
        ["data"] = data,
    }.ToJsonString(Writing);

    /// <summary>The headers of one attempt. Signed is what they and the body say together, so none of it can be exchanged.</summary>
    public static IReadOnlyDictionary<string, string> HeadersOf(string delivery, DateTimeOffset now, string body, string? secret)
    {
        var timestamp = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var headers = new Dictionary<string, string> { ["X-MLflow-Delivery-Id"] = delivery, ["X-MLflow-Timestamp"] = timestamp };
        if (secret is not null)
        {
            var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{delivery}.{timestamp}.{body}"));
            headers["X-MLflow-Signature"] = $"v1,{Convert.ToBase64String(signature)}";
        }

        return headers;
    }

    private static JsonSerializerOptions Writing { get; } = new() { Encoder = MlflowJson.Encoder };
}
