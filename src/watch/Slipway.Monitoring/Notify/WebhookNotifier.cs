using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Access.Outbound;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Monitoring.Alerts;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Notify;

/// <summary>
/// Tells webhooks of alerts, at least once each and in order for one address. The event table is the outbox, so nothing is lost with the process; an address that does not answer holds up
/// no other one.
/// </summary>
internal sealed partial class WebhookNotifier(
    IEventLog events, WebhookStore store, IMonitoredProjects projects, IOutbound outbound, TimeProvider time, ILogger<WebhookNotifier> logger) : BackgroundService
{
    private const string Consumer = "alert-webhooks";
    private const string Prefix = "webhook:";
    private const int MaxEvents = 500;
    private const int MaxDeliveries = 200;
    private const int MaxAddresses = 8;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var position = await CollectAsync(stoppingToken);
                var due = await DeliverAsync(stoppingToken);
                await WaitAsync(position, due, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception);
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    private async Task<long> CollectAsync(CancellationToken cancellationToken)
    {
        var position = await events.ReadCursorAsync(Consumer, cancellationToken);
        while (await events.ReadAsync(position, MaxEvents, cancellationToken) is { Count: > 0 } page)
        {
            var deliveries = new List<WebhookDelivery>();
            foreach (var happened in page.Where(e => e.Type is nameof(AlertFired) or nameof(AlertResolved)))
            {
                deliveries.AddRange(await AddressAsync(happened, cancellationToken));
            }

            position = page[^1].Position;
            await store.AddAsync(deliveries, Consumer, position, cancellationToken);
        }

        return position;
    }

    private async Task<IEnumerable<WebhookDelivery>> AddressAsync(StoredEvent happened, CancellationToken cancellationToken)
    {
        var body = (JsonObject)JsonNode.Parse(happened.Data)!;
        var deployment = (string)body["deployment"]!;
        var notify = (await projects.FindAsync(deployment, cancellationToken))?.Monitor.Notify ?? [];
        body.Remove("actor");
        body.Remove("subject");
        body.Insert(0, "event", happened.Type == nameof(AlertFired) ? "alert.fired" : "alert.resolved");
        var text = body.ToJsonString(SlipwayJson.Options);
        var now = time.GetUtcNow();
        return notify
            .Where(receiver => receiver.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(receiver => receiver[Prefix.Length..])
            .Select(address => new WebhookDelivery(IdOf(happened.Position, address), happened.Position, deployment, address, text, 0, now, now));
    }

    /// <summary>Tries what is due, and returns when the next is; null when nothing waits.</summary>
    private async Task<DateTimeOffset?> DeliverAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var waiting = await store.ListAsync(MaxDeliveries, cancellationToken);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxAddresses, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(waiting.GroupBy(d => d.Address), parallel, async (address, token) =>
        {
            // An address is told in the order of events: what follows one that failed waits with it.
            foreach (var delivery in address.OrderBy(d => d.Position))
            {
                if (delivery.DueAt > now || !await TryAsync(delivery, token))
                {
                    break;
                }
            }
        });

        var left = await store.ListAsync(MaxDeliveries, cancellationToken);
        return left.Count == 0 ? null : left.GroupBy(d => d.Address).Min(address => address.MinBy(d => d.Position)!.DueAt);
    }

    private async Task<bool> TryAsync(WebhookDelivery delivery, CancellationToken cancellationToken)
    {
        var address = new Uri(delivery.Address);
        try
        {
            await outbound.PostAsync(address, Encoding.UTF8.GetBytes(delivery.Body), new Dictionary<string, string> { ["Slipway-Delivery"] = delivery.Id }, cancellationToken);
            await store.RemoveAsync(delivery, happened: null, cancellationToken);
            return true;
        }
        catch (SlipwayException exception)
        {
            LogNotTold(logger, delivery.Deployment, exception.Message);

            // What may not be called now may not be called later either, until the operator allows it and a new alert comes.
            if (exception.Kind != ErrorKind.Forbidden && delivery.Retry(time.GetUtcNow()) is { } later)
            {
                await store.UpdateAsync(later, cancellationToken);
                return false;
            }

            await store.RemoveAsync(delivery, new WebhookGivenUp(delivery.Deployment, address.Host, delivery.Position, exception.Message, Actor.Policy), cancellationToken);
            return true;
        }
    }

    private async Task WaitAsync(long position, DateTimeOffset? due, CancellationToken cancellationToken)
    {
        using var woken = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = events.WaitAsync(position, woken.Token);
        if (due is { } at)
        {
            var wait = at - time.GetUtcNow();
            await Task.WhenAny(next, Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time, woken.Token));
        }
        else
        {
            await next;
        }

        await woken.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static string IdOf(long position, string address) =>
        $"{position}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)).AsSpan(0, 4))}";

    [LoggerMessage(LogLevel.Warning, "A webhook of {Deployment} was not told of an alert: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string deployment, string reason);

    [LoggerMessage(LogLevel.Error, "Webhooks are not told of alerts for now")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
