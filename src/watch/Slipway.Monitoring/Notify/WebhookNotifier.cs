using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Slipway.Access.Outbound;
using Slipway.Access.Outbound.Deliveries;
using Slipway.Core;
using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;
using Slipway.Registry.Approvals;
using Slipway.Registry.Integrity;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Notify;

/// <summary>Tells the webhooks of a project's file of its alerts, of versions of its model that wait for approval, and of one whose artifact was changed.</summary>
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
            nameof(ArtifactDamaged) => "artifact.damaged",
            nameof(ArtifactMended) => "artifact.mended",
            nameof(ApprovalRequested) => "approval.requested",
            nameof(ApprovalReminded) => "approval.reminded",
            _ => null,
        };
        if (name is null)
        {
            return [];
        }

        var body = (JsonObject)JsonNode.Parse(happened.Data)!;

        // Of an alert the actor is always a rule; who asks for approval is news.
        if (body["deployment"] is not null)
        {
            body.Remove("actor");
        }

        var concerned = await FindConcernedAsync(body, cancellationToken);
        body.Remove("subject");
        body.Insert(0, "event", name);
        var text = body.ToJsonString(SlipwayJson.Options);
        return concerned.SelectMany(project => project.Monitor.Notify
            .Where(receiver => receiver.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(receiver => For(happened, receiver[Prefix.Length..], project.DeploymentName(), text)));
    }

    /// <summary>The projects that an event is about: the one that names its deployment, else those of its version's model; the version is then written as in an alert.</summary>
    private async Task<IReadOnlyList<ProjectConfig>> FindConcernedAsync(JsonObject body, CancellationToken cancellationToken)
    {
        if (body["deployment"] is { } deployment)
        {
            return await projects.FindAsync((string)deployment!, cancellationToken) is { } project ? [project] : [];
        }

        var version = body["version"].Deserialize<VersionReference>(SlipwayJson.Options)!;
        body["version"] = version.ToString();
        return [.. (await projects.ListAsync(cancellationToken)).Where(project => project.Model == version.Model)];
    }

    protected override Task<DeliveryTarget?> FindTargetAsync(Delivery delivery, CancellationToken cancellationToken) =>
        Task.FromResult<DeliveryTarget?>(new DeliveryTarget(new Uri(delivery.Receiver), new Dictionary<string, string> { ["Slipway-Delivery"] = delivery.Id }));

    protected override IEvent GivenUp(Delivery delivery, string host, string reason) => new WebhookGivenUp(delivery.About, host, delivery.Position, reason, Actor.Policy);
}
