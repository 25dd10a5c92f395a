using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>Whether a webhook is told, with MLflow's numbers and names.</summary>
internal enum WebhookStatus
{
    Active = 1,
    Disabled = 2,
}

/// <summary>An address that asked to be told of events of the registry. Its secret is no part of this: only who signs a delivery reads that.</summary>
internal sealed record Webhook
{
    public long Id { get; init; }

    /// <summary>The id by which clients know it.</summary>
    public required string WebhookId { get; init; }

    public required string Name { get; init; }

    public string Description { get; init; } = "";

    public required string Url { get; init; }

    public WebhookStatus Status { get; init; } = WebhookStatus.Active;

    public IReadOnlyList<WebhookEvent> Events { get; init; } = [];

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>Writes the members of MLflow's <c>Webhook</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("webhook_id", WebhookId);
        json.WriteString("name", Name);
        json.WriteGiven("description", Description);
        json.WriteString("url", Url);
        json.WriteList("events", Events, WebhookEvent.Write);
        json.WriteString("status", MlflowFields.NameOf(Status));
        json.WriteNumber("creation_timestamp", CreatedAt);
        json.WriteNumber("last_updated_timestamp", UpdatedAt);
    }

    public static SlipwayException NotFound(string id) => new(ErrorKind.NotFound, $"Webhook with ID {Excerpt.Of(id)} not found.");
}
