using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Alerts;

/// <summary>A limit was passed, with evidence.</summary>
public sealed record AlertFired(
    string Id, string Deployment, string Monitor, string AlertSubject, string Segment, string Version, DateTimeOffset At, string Sentence, JsonObject Evidence, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"deployment/{Deployment}";
}

/// <summary>What had fired is over.</summary>
public sealed record AlertResolved(
    string Id, string Deployment, string Monitor, string AlertSubject, string Segment, string Version, DateTimeOffset At, string Sentence, JsonObject Evidence, Actor Actor) : IEvent
{
    /// <inheritdoc/>
    public string Subject => $"deployment/{Deployment}";
}
