using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>Something changed in the registry of which webhooks had asked to be told.</summary>
/// <param name="Model">The model.</param>
/// <param name="Change">What changed, as MLflow names it: <c>model_version.created</c>.</param>
/// <param name="Data">What MLflow tells of it.</param>
/// <param name="Webhooks">The ids of those that had asked when it changed.</param>
/// <param name="Actor">Who changed it.</param>
public sealed record RegistryChanged(string Model, string Change, JsonObject Data, IReadOnlyList<string> Webhooks, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"model/{Model}";
}

/// <summary>A webhook could not be told of a change for a day, and is told of it no more.</summary>
/// <param name="Webhook">Its id.</param>
/// <param name="Host">Its address's host; the rest of it may be a secret.</param>
/// <param name="Change">What it was not told: <c>model_version.created</c>.</param>
/// <param name="Event">The position of the event.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Reason">What the last attempt found.</param>
/// <param name="Actor">Who gave up.</param>
public sealed record RegistryWebhookGivenUp(string Webhook, string Host, string Change, long Event, int Attempts, string Reason, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"webhook/{Webhook}";
}
