using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Storage.Events;

namespace Slipway.Access.Outbound.Deliveries;

/// <summary>
/// Tells receivers of events, at least once each and in order for one receiver. The event table is the outbox, so nothing is lost with the process; a receiver that does not answer holds up
/// no other one.
/// </summary>
/// <param name="consumer">Under which name the position in the event table is kept.</param>
/// <param name="events">The events.</param>
/// <param name="store">What is still to be told.</param>
/// <param name="outbound">The door outward.</param>
/// <param name="time">When to try again.</param>
/// <param name="logger">Failures are logged once each.</param>
public abstract partial class DeliveryService(string consumer, IEventLog events, DeliveryStore store, IOutbound outbound, TimeProvider time, ILogger logger) : BackgroundService
{
    private const int MaxEvents = 500;
    private const int MaxReceivers = 200;
    private const int MaxParallel = 8;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    /// <summary>Whom to tell of an event, and what (<see cref="For"/> makes one); nobody for most.</summary>
    protected abstract Task<IEnumerable<Delivery>> AddressAsync(StoredEvent happened, CancellationToken cancellationToken);

    /// <summary>Where a delivery goes now; null when nobody wants it any more.</summary>
    protected abstract Task<DeliveryTarget?> FindTargetAsync(Delivery delivery, CancellationToken cancellationToken);

    /// <summary>The event of a delivery that is given up after the attempts that it counts.</summary>
    protected abstract IEvent GivenUp(Delivery delivery, string host, string reason);

    /// <summary>A delivery of an event to a receiver, due at once.</summary>
    protected Delivery For(StoredEvent happened, string receiver, string about, string body)
    {
        var now = time.GetUtcNow();
        return new Delivery(IdOf(happened.Position, receiver), happened.Position, receiver, about, body, 0, now, now);
    }

    /// <inheritdoc/>
    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
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
        var position = await events.ReadCursorAsync(consumer, cancellationToken);
        while (await events.ReadAsync(position, MaxEvents, cancellationToken) is { Count: > 0 } page)
        {
            var deliveries = new List<Delivery>();
            foreach (var happened in page)
            {
                deliveries.AddRange(await AddressAsync(happened, cancellationToken));
            }

            position = page[^1].Position;
            await store.AddAsync(deliveries, consumer, position, cancellationToken);
        }

        return position;
    }

    /// <summary>Tries what is due, and returns when the next is; null when nothing waits.</summary>
    private async Task<DateTimeOffset?> DeliverAsync(CancellationToken cancellationToken)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxParallel, CancellationToken = cancellationToken };
        while (await store.ListDueAsync(time.GetUtcNow(), MaxReceivers, cancellationToken) is { Count: > 0 } due)
        {
            await Parallel.ForEachAsync(due, parallel, async (first, token) =>
            {
                for (var next = first; next is not null && next.DueAt <= time.GetUtcNow() && await TryAsync(next, token);)
                {
                    next = await store.FindFirstAsync(first.Receiver, token);
                }
            });
        }

        return await store.NextDueAsync(cancellationToken);
    }

    private async Task<bool> TryAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        if (await FindTargetAsync(delivery, cancellationToken) is not { } target)
        {
            await store.RemoveAsync(delivery, happened: null, cancellationToken);
            return true;
        }

        try
        {
            await outbound.PostAsync(target.Address, Encoding.UTF8.GetBytes(delivery.Body), target.Headers, cancellationToken);
            await store.RemoveAsync(delivery, happened: null, cancellationToken);
            return true;
        }
        catch (SlipwayException exception)
        {
            LogNotTold(logger, delivery.About, exception.Message);

            // What may not be called now may not be called later either, until the operator allows it and another event comes.
            if (exception.Kind != ErrorKind.Forbidden && delivery.Retry(time.GetUtcNow()) is { } later)
            {
                await store.UpdateAsync(later, cancellationToken);
                return false;
            }

            await store.RemoveAsync(delivery, GivenUp(delivery with { Attempts = delivery.Attempts + 1 }, target.Address.Host, exception.Message), cancellationToken);
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

    private static string IdOf(long position, string receiver) =>
        $"{position}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(receiver)).AsSpan(0, 4))}";

    [LoggerMessage(LogLevel.Warning, "A webhook was not told of {About}: {Reason}")]
    private static partial void LogNotTold(ILogger logger, string about, string reason);

    [LoggerMessage(LogLevel.Error, "Webhooks are not told of anything for now")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
