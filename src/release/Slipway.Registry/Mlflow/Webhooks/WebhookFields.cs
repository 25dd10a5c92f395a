using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>The fields of the messages about webhooks, with MLflow's limits.</summary>
internal static class WebhookFields
{
    public const int Name = 256;
    public const int Description = 1000;
    public const int Url = 500;
    public const int Secret = 1000;
    public const int Default = 100;
    public const int Page = 1000;

    /// <summary>The most webhooks of a server: each change of the registry may be told to all of them.</summary>
    public const int Most = 1000;

    public static string WebhookName(this MlflowFields fields)
    {
        var name = fields.RequiredLimited("name", Name);
        return string.IsNullOrWhiteSpace(name) ? throw fields.Invalid("name", name, "Webhook name cannot be empty or just whitespace.") : name;
    }

    /// <summary>Where to tell. Whether that address may be called is asked each time that it is, by what its name resolves to then.</summary>
    public static string WebhookUrl(this MlflowFields fields)
    {
        var url = fields.RequiredLimited("url", Url);
        return !Uri.TryCreate(url, UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttps && address.Scheme != Uri.UriSchemeHttp) || address.Host.Length == 0
            ? throw fields.Invalid("url", url, "It is an absolute address that begins with https:// or http://.")
            : address.UserInfo.Length > 0
                ? throw fields.Invalid("url", $"{address.Scheme}://…@{address.Host}", "User and password are not taken in an address: give a secret, with which each call is signed.")
                : url;
    }

    public static IReadOnlyList<WebhookEvent> WebhookEvents(this MlflowFields fields) => [.. fields.Messages("events").Select(WebhookEvent.Of).Distinct()];

    /// <summary>A secret to sign with, or null. It is never part of a message, an error among them.</summary>
    public static string? WebhookSecret(this MlflowFields fields) => fields.Given("secret", Secret);
}
