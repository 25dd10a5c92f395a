using Slipway.Access.Outbound.Deliveries;
using Slipway.Storage;

namespace Slipway.Monitoring.Notify;

/// <summary>What webhooks have still to be told of alerts; a receiver is an address.</summary>
internal sealed class WebhookStore(Database database) : DeliveryStore(database, "webhook_deliveries");
