using Slipway.Monitoring.Evidence;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;
using Slipway.Rollouts.Releases;
using Slipway.Storage;

namespace Slipway.Monitoring;

/// <summary>
/// Works on what the log hands over: joins outcomes, feeds the watchers, saves what they learned together with the place in the log, and lets rollouts act on it. Called from the log's loop
/// and from nowhere else. Everything that a save would have written stays in memory until one commits, so a kill or a full disk at any point costs nothing but doing it again.
/// </summary>
internal sealed class Observatory(
    Database database, ObservatoryStore store, EventClock clock, OutcomeJoin join, EvidenceWatcher evidence, IEnumerable<IWatcher> watchers, Lazy<IRollouts> rollouts,
    GuardedWork work) : IPredictionConsumer, IOutcomeTaker
{
    // A backlog after a long stop is saved on its way, so that neither memory nor one transaction grows with it.
    private const int RowsBetweenSaves = 100_000;

    // An idle deployment's clock is written this seldom: one write a second for ever would wear the disk.
    private static readonly TimeSpan ClockEvery = TimeSpan.FromMinutes(1);

    private const int MaxHeldRows = 100_000;

    private readonly HeldBatches _held = new(MaxHeldRows);
    private readonly IWatcher[] _watchers = [.. watchers];
    private readonly Dictionary<string, Watched> _deployments = [];
    private bool _behind = true;
    private int _unsaved;
    private volatile string? _failure;

    /// <summary>Why the last save failed, for those who wait for one; null when it committed.</summary>
    public string? Failure => _failure;

    /// <inheritdoc/>
    public async Task<LogPosition?> ReadPositionAsync(string deployment, CancellationToken cancellationToken) => (await GetAsync(deployment, cancellationToken)).Position;

    /// <inheritdoc/>
    public async Task ConsumeAsync(PredictionBatch batch, LogPosition position, CancellationToken cancellationToken)
    {
        var deployment = batch.Source.Deployment;
        if (!_held.Holds(deployment) && await TryConsumeAsync(batch, position, cancellationToken))
        {
            return;
        }

        if (!_held.Add(batch, position))
        {
            work.GaveUp(deployment);
        }
    }

    /// <inheritdoc/>
    public async Task ConsumeAsync(object note, CancellationToken cancellationToken)
    {
        if (note is OutcomesReceived received)
        {
            await CatchUpAsync(received.Deployment, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        foreach (var deployment in _held.Deployments)
        {
            while (_held.First(deployment) is { } held && await TryConsumeAsync(held.Batch, held.Position, cancellationToken))
            {
                _held.RemoveFirst(deployment);
            }
        }

        if (_behind)
        {
            // Outcomes that were kept and not joined when the last process ended. The log has handed over its predictions by now.
            await work.TryAsync("find the outcomes of", "all deployments", async () =>
            {
                _behind = false;
                foreach (var deployment in await join.ListBehindAsync(cancellationToken))
                {
                    await CatchUpAsync(deployment, cancellationToken);
                }
            });
        }

        await work.TryAsync("look for predictions of", "all deployments", () => join.LookAgainAsync(this, cancellationToken));
        await AdvanceAsync(cancellationToken);
        foreach (var (deployment, watched) in _deployments)
        {
            watched.Changed |= evidence.HasClosed(deployment);
        }

        if (!await SaveAsync(cancellationToken))
        {
            return;
        }

        foreach (var (deployment, watched) in _deployments)
        {
            if (watched.Changed)
            {
                watched.Changed = false;
                if (!await work.TryAsync("reconcile the rollout of", deployment, () => rollouts.Value.ReconcileAsync(deployment, cancellationToken)))
                {
                    watched.Changed = true;
                }
            }
        }
    }

    private async Task AdvanceAsync(CancellationToken cancellationToken)
    {
        foreach (var deployment in _deployments.Keys)
        {
            if (clock.Now(deployment) is { } now)
            {
                foreach (var watcher in _watchers)
                {
                    await work.TryAsync("judge", deployment, () => watcher.AdvanceAsync(deployment, now, cancellationToken));
                }
            }
        }
    }

    private async Task<bool> SaveAsync(CancellationToken cancellationToken)
    {
        if (_deployments.Count == 0)
        {
            return true;
        }

        var saved = new List<(Watched Watched, ClockState Clock)>();
        try
        {
            await database.WriteAsync(
                async transaction =>
                {
                    saved.Clear();
                    foreach (var (deployment, watched) in _deployments)
                    {
                        if (clock.Read(deployment) is { } state && (watched.Dirty || state.Reached - watched.SavedReached >= ClockEvery.Ticks))
                        {
                            await ObservatoryStore.SaveAsync(transaction, deployment, new WatchPosition(watched.Position, state));
                            saved.Add((watched, state));
                        }
                    }

                    await join.SaveAsync(transaction);
                    foreach (var watcher in _watchers)
                    {
                        await watcher.SaveAsync(transaction);
                    }

                    return true;
                },
                cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _failure = e.Message;
            work.Failed("save what it learned, keeps it and tries again in a second", e);
            return false;
        }

        foreach (var (watched, state) in saved)
        {
            watched.Dirty = false;
            watched.SavedReached = state.Reached;
        }

        _unsaved = 0;
        _failure = null;
        join.Saved();
        foreach (var watcher in _watchers)
        {
            watcher.Saved();
        }

        return true;
    }

    /// <inheritdoc/>
    async Task IOutcomeTaker.PrepareAsync(IReadOnlyCollection<PredictionSource> sources, CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            await evidence.PrepareAsync(source, cancellationToken);
        }
    }

    /// <inheritdoc/>
    void IOutcomeTaker.Take(JoinedOutcome outcome)
    {
        foreach (var watcher in _watchers)
        {
            work.Try("take outcomes of", outcome.Source.Deployment, () => watcher.Take(outcome));
        }
    }

    // False when something could not be read; then nothing of the batch was taken.
    private async Task<bool> TryConsumeAsync(PredictionBatch batch, LogPosition position, CancellationToken cancellationToken)
    {
        var deployment = batch.Source.Deployment;
        Watched watched;
        PredictionBatch known;
        try
        {
            watched = await GetAsync(deployment, cancellationToken);
            clock.Observe(batch);
            await evidence.PrepareAsync(batch.Source, cancellationToken);
            var (model, segments) = await join.PrepareAsync(batch.Source, cancellationToken);
            known = join.Add(batch, model, [.. segments, .. evidence.SegmentsOf(batch.Source)]);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            work.Failed($"read what it needs for predictions of {deployment}, keeps them and tries again in a second", e);
            return false;
        }

        foreach (var watcher in _watchers)
        {
            work.Try("take predictions of", deployment, () => watcher.Take(known));
        }

        await work.TryAsync("join the outcomes that waited for predictions of", deployment, () => join.MatchAsync(known, this, cancellationToken));
        watched.Position = position;
        watched.Changed = watched.Dirty = true;
        if ((_unsaved += batch.Rows) >= RowsBetweenSaves)
        {
            // Watchers may hold rows back until they have read what they need for them, which they do when they advance.
            await AdvanceAsync(cancellationToken);
            await SaveAsync(cancellationToken);
        }

        return true;
    }

    private async Task CatchUpAsync(string deployment, CancellationToken cancellationToken)
    {
        // Behind predictions that are held, where there are any.
        var done = !_held.Holds(deployment) && await work.TryAsync("join the outcomes of", deployment, async () =>
        {
            (await GetAsync(deployment, cancellationToken)).Changed = true;
            await join.CatchUpAsync(deployment, this, cancellationToken);
        });
        _behind |= !done;
    }

    private async Task<Watched> GetAsync(string deployment, CancellationToken cancellationToken)
    {
        if (_deployments.TryGetValue(deployment, out var watched))
        {
            return watched;
        }

        var stored = await store.FindAsync(deployment, cancellationToken);
        if (stored is not null)
        {
            clock.Restore(deployment, stored.Clock);
        }

        await join.RestoreAsync(deployment, cancellationToken);
        foreach (var watcher in _watchers)
        {
            await watcher.RestoreAsync(deployment, cancellationToken);
        }

        return _deployments[deployment] = new Watched { Position = stored?.Log, SavedReached = stored?.Clock.Reached ?? 0 };
    }

    private sealed class Watched
    {
        public LogPosition? Position { get; set; }

        /// <summary>True when its rollout may have something to act on.</summary>
        public bool Changed { get; set; }

        /// <summary>True when its position is to be saved.</summary>
        public bool Dirty { get; set; }

        public long SavedReached { get; set; }
    }
}
