using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Slipway.Access.Outbound;
using Slipway.Access.Outbound.Deliveries;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Registry.Mlflow.Webhooks;

/// <summary>Tells webhooks of the registry's changes. Address and secret are those of the moment of an attempt: one that was mended, disabled or deleted meanwhile is taken at its last word.</summary>
internal sealed class WebhookSender(
    IEventLog events, RegistryDeliveries deliveries, WebhookStore webhooks, IOutbound outbound, TimeProvider time, ILogger<WebhookSender> logger)
    : DeliveryService("registry-webhooks", events, deliveries, outbound, time, logger)
{
    private readonly TimeProvider _time = time;

    protected override Task<IEnumerable<Delivery>> AddressAsync(StoredEvent happened, CancellationToken cancellationToken) => Task.FromResult(
        happened.Type == nameof(RegistryChanged) ? Address(happened) : []);

    protected override async Task<DeliveryTarget?> FindTargetAsync(Delivery delivery, CancellationToken cancellationToken) =>
        await webhooks.FindReceiverAsync(delivery.Receiver, evenDisabled: false, cancellationToken) is { } receiver
            ? new DeliveryTarget(new Uri(receiver.Url), WebhookMessage.HeadersOf(delivery.Id, _time.GetUtcNow(), delivery.Body, receiver.Secret))
            : null;

    protected override IEvent GivenUp(Delivery delivery, string host, string reason) =>
        new RegistryWebhookGivenUp(delivery.Receiver, host, delivery.About, delivery.Position, delivery.Attempts, reason, Actor.Policy);

    private IEnumerable<Delivery> Address(StoredEvent happened)
    {
        var changed = JsonNode.Parse(happened.Data)!;
        var named = WebhookEvent.Parse((string)changed["change"]!);
        var body = WebhookMessage.BodyOf(named, happened.At, changed["data"]!.DeepClone());
        return [.. changed["webhooks"]!.AsArray().Select(id => For(happened, (string)id!, named.ToString(), body))];
    }
}

/// <summary>What webhooks have still to be told of the registry; a receiver is a webhook's id.</summary>
internal sealed class RegistryDeliveries(Database database) : DeliveryStore(database, "registry_deliveries");
