using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Notify;

/// <summary>A webhook could not be told of an alert for a day, and is told of it no more.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Host">The address's host; the rest of it may be a secret.</param>
/// <param name="Event">The position of the event that it was not told.</param>
/// <param name="Reason">What the last attempt found.</param>
/// <param name="Actor">Who gave up.</param>
public sealed record WebhookGivenUp(string Deployment, string Host, long Event, string Reason, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"deployment/{Deployment}";
}
