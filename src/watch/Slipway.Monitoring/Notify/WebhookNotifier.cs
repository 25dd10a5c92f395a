using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Slipway.Access.Outbound;
using Slipway.Access.Outbound.Deliveries;
using Slipway.Core;
using Slipway.Monitoring.Alerts;
using Slipway.Registry.Approvals;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Notify;

/// <summary>Tells the webhooks of a project's file of its alerts, and of versions that wait for approval.</summary>
internal sealed class WebhookNotifier(
    IEventLog events, WebhookStore store, IMonitoredProjects projects, IOutbound outbound, TimeProvider time, ILogger<WebhookNotifier> logger)
    : DeliveryService("alert-webhooks", events, store, outbound, time, logger)
{
    private const string Prefix = "webhook:";

    protected override async Task<IEnumerable<Delivery>> AddressAsync(StoredEvent happened, CancellationToken cancellationToken)
    {
        var name = happened.Type switch
        {
            nameof(AlertFired) => "alert.fired",
            nameof(AlertResolved) => "alert.resolved",
            nameof(ApprovalRequested) => "approval.requested",
            nameof(ApprovalReminded) => "approval.reminded",
            _ => null,
        };
        if (name is null)
        {
            return [];
        }

        var body = (JsonObject)JsonNode.Parse(happened.Data)!;
        var (deployment, notify) = body["deployment"] is { } named
            ? ((string)named!, (await projects.FindAsync((string)named!, cancellationToken))?.Monitor.Notify ?? [])
            : await FindByModelAsync((string)body["version"]!["model"]!, cancellationToken);

        // Of an alert the actor is always a rule; who asks for approval is news.
        if (body["deployment"] is not null)
        {
            body.Remove("actor");
        }

        body.Remove("subject");
        body.Insert(0, "event", name);
        var text = body.ToJsonString(SlipwayJson.Options);
        return notify
            .Where(receiver => receiver.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(receiver => For(happened, receiver[Prefix.Length..], deployment, text));
    }

    // A version that waits is deployed nowhere: its project is the one of its model.
    private async Task<(string Deployment, IReadOnlyList<string> Notify)> FindByModelAsync(string model, CancellationToken cancellationToken)
    {
        var project = (await projects.ListAsync(cancellationToken)).FirstOrDefault(p => p.Model == model);
        return (project?.Deploy?.Name ?? model, project?.Monitor.Notify ?? []);
    }

    protected override Task<DeliveryTarget?> FindTargetAsync(Delivery delivery, CancellationToken cancellationToken) =>
        Task.FromResult<DeliveryTarget?>(new DeliveryTarget(new Uri(delivery.Receiver), new Dictionary<string, string> { ["Slipway-Delivery"] = delivery.Id }));

    protected override IEvent GivenUp(Delivery delivery, string host, string reason) => new WebhookGivenUp(delivery.About, host, delivery.Position, reason, Actor.Policy);
}
