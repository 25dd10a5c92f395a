using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Slipway.Access.Outbound;
using Slipway.Access.Outbound.Deliveries;
using Slipway.Core;
using Slipway.Monitoring.Alerts;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Notify;

/// <summary>Tells the webhooks of a project's file of its alerts.</summary>
internal sealed class WebhookNotifier(
    IEventLog events, WebhookStore store, IMonitoredProjects projects, IOutbound outbound, TimeProvider time, ILogger<WebhookNotifier> logger)
    : DeliveryService("alert-webhooks", events, store, outbound, time, logger)
{
    private const string Prefix = "webhook:";

    protected override async Task<IEnumerable<Delivery>> AddressAsync(StoredEvent happened, CancellationToken cancellationToken)
    {
        if (happened.Type is not (nameof(AlertFired) or nameof(AlertResolved)))
        {
            return [];
        }

        var body = (JsonObject)JsonNode.Parse(happened.Data)!;
        var deployment = (string)body["deployment"]!;
        var notify = (await projects.FindAsync(deployment, cancellationToken))?.Monitor.Notify ?? [];
        body.Remove("actor");
        body.Remove("subject");
        body.Insert(0, "event", happened.Type == nameof(AlertFired) ? "alert.fired" : "alert.resolved");
        var text = body.ToJsonString(SlipwayJson.Options);
        return notify
            .Where(receiver => receiver.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(receiver => For(happened, receiver[Prefix.Length..], deployment, text));
    }

    protected override Task<DeliveryTarget?> FindTargetAsync(Delivery delivery, CancellationToken cancellationToken) =>
        Task.FromResult<DeliveryTarget?>(new DeliveryTarget(new Uri(delivery.Receiver), new Dictionary<string, string> { ["Slipway-Delivery"] = delivery.Id }));

    protected override IEvent GivenUp(Delivery delivery, string host, string reason) => new WebhookGivenUp(delivery.About, host, delivery.Position, reason, Actor.Policy);
}
