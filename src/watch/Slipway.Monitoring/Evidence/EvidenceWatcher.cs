using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;
using Slipway.Rollouts.Releases;
using Slipway.Statistics.Sequential;
using Slipway.Storage;

namespace Slipway.Monitoring.Evidence;

/// <summary>
/// Counts what a rollout is judged by: errors from predictions at once, quality from outcomes. Works in the one loop on the log; <see cref="ReadAsync"/> may be called from anywhere, and
/// sees what was saved and nothing else.
/// </summary>
internal sealed class EvidenceWatcher(
    EvidenceStore store, Lazy<IRollouts> rollouts, OutcomeModels models, RecordingRules recording, EventClock clock, OutcomesOptions options) : IWatcher, IRolloutEvidence
{
    private const string ErrorRate = "error_rate";
    private const string AbsoluteError = "absolute_error";
    private const string Accuracy = "accuracy";

    private readonly Dictionary<string, ActiveRollout> _active = [];

    // Ended, or never there: nothing is counted for them any more.
    private readonly HashSet<string> _over = [];
    private readonly List<string> _ended = [];
    private readonly HashSet<string> _closed = [];

    /// <inheritdoc/>
    public Task<IReadOnlyList<EvidenceSlot>> ReadAsync(string rollout, DateTimeOffset? after, CancellationToken cancellationToken) => store.ReadAsync(rollout, after, cancellationToken);

    /// <inheritdoc/>
    public string? FindObstacle(string deployment) => recording.Find(deployment) is { Share: 0 }
        ? "none of its calls is recorded, so the two cannot be compared. Record a share with monitor.log.sample or the server's monitoring.log.sample; a rollout's calls are then recorded all."
        : null;

    /// <inheritdoc/>
    public async Task RestoreAsync(string deployment, CancellationToken cancellationToken)
    {
        // Its slots close as time passes, also when no request comes.
        if (await rollouts.Value.FindActiveAsync(deployment, cancellationToken) is { } active && await store.FindAsync(active.Id, cancellationToken) is { } stored)
        {
            Begin(active).Restore(stored);
        }
    }

    /// <summary>Reads the rollout's plan and the version's model, which taking cannot wait for. Called before anything of the source is taken.</summary>
    public async ValueTask PrepareAsync(PredictionSource source, CancellationToken cancellationToken)
    {
        if (source.Rollout is not { } id || _over.Contains(id))
        {
            return;
        }

        if (!_active.ContainsKey(id))
        {
            await PrepareAsync(id, cancellationToken);
        }

        if (_active.TryGetValue(id, out var active) && !active.Models.ContainsKey(source.Version))
        {
            active.Models[source.Version] = await models.GetAsync(source.Deployment, source.Version, cancellationToken);
        }
    }

    /// <summary>The segments by which the source's rollout is judged. Known once the source was prepared.</summary>
    public IReadOnlyList<string> SegmentsOf(PredictionSource source) => Find(source)?.Counters.Plan.Segments ?? [];

    /// <inheritdoc/>
    public void Take(PredictionBatch batch)
    {
        if (Find(batch.Source)?.Counters is not { } counters || !counters.Plan.Guardrails.Any(g => g.Metric == ErrorRate))
        {
            return;
        }

        var source = batch.Source;
        var now = (clock.Now(source.Deployment) ?? DateTimeOffset.MaxValue).UtcTicks;

        // Inputs make no segments here: a failed call has none, so in them every version would look as if it never failed.
        var segments = counters.Plan.Segments.Where(batch.Segments.ContainsKey).Distinct().Select(name => (Name: name, Values: batch.Segments[name])).ToArray();
        for (var i = 0; i < batch.Rows; i++)
        {
            if (batch.Units[i] == 0)
            {
                continue;
            }

            var slot = counters.SlotOf(batch.EventTimes[i], now, mayWait: false);
            var sample = new EvidenceSample(ErrorRate, batch.Units[i], slot, source.Weight, IsCandidate(source), batch.Failed[i] ? LossBins.Edges : 0);
            var sticky = batch.Keys[i] is not null;
            counters.Count(sample, sticky);
            foreach (var (name, values) in segments)
            {
                if (values[i] is { } value)
                {
                    counters.Count(sample, name, value, sticky);
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Take(JoinedOutcome outcome)
    {
        var source = outcome.Source;
        if (outcome.Unit == 0 || Find(source) is not { } active || !active.Models.TryGetValue(source.Version, out var model))
        {
            return;
        }

        if (OutcomeTruth.Read(outcome.Label, model.Task, model.Labels) is not { } truth)
        {
            return;
        }

        var counters = active.Counters;
        var slot = counters.SlotOf(outcome.KnownAt.UtcTicks, (clock.Now(source.Deployment) ?? outcome.KnownAt).UtcTicks, mayWait: true);

        // A request without a sticky key is its own unit, and has one outcome.
        var sticky = outcome.Unit != RolloutUnits.Hash(source.Rollout!, outcome.PredictionId);
        foreach (var guardrail in counters.Plan.Guardrails)
        {
            if (Loss(guardrail, model, truth, outcome.Scores) is not { } loss)
            {
                continue;
            }

            var sample = new EvidenceSample(guardrail.Metric, outcome.Unit, slot, source.Weight, IsCandidate(source), LossBins.Round(loss, outcome.PredictionId));
            counters.Count(sample, sticky);
            foreach (var name in counters.Plan.Segments.Distinct())
            {
                if (outcome.Segments.TryGetValue(name, out var value))
                {
                    counters.Count(sample, name, value, sticky);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async Task AdvanceAsync(string deployment, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var known = _active.Values.Select(a => a.Counters).Where(counters => counters.Deployment == deployment).ToList();
        if (known.Count == 0)
        {
            return;
        }

        var active = await rollouts.Value.FindActiveAsync(deployment, cancellationToken);
        foreach (var counters in known)
        {
            if (counters.Rollout != active?.Id && await rollouts.Value.FindAsync(counters.Rollout, cancellationToken) is not { EndedAt: null })
            {
                _active.Remove(counters.Rollout);
                _over.Add(counters.Rollout);
                _ended.Add(counters.Rollout);
            }
            else if (counters.CloseTo(now.UtcTicks))
            {
                _closed.Add(deployment);
            }
        }
    }

    /// <summary>True when slots of the deployment's rollout have closed since the last save: there may be something to decide.</summary>
    public bool HasClosed(string deployment) => _closed.Contains(deployment);

    /// <inheritdoc/>
    public async Task SaveAsync(WriteTransaction transaction)
    {
        foreach (var counters in _active.Values.Select(a => a.Counters).Where(c => c.Dirty))
        {
            await EvidenceStore.SaveAsync(transaction, counters);
        }

        foreach (var rollout in _ended)
        {
            await EvidenceStore.ForgetUnitsAsync(transaction, rollout);
        }
    }

    /// <inheritdoc/>
    public void Saved()
    {
        foreach (var active in _active.Values)
        {
            active.Counters.Saved();
        }

        _ended.Clear();
        _closed.Clear();
    }

    // From 0 to 1; null for what is not a matter of labels, or cannot be computed.
    private static double? Loss(Guardrail guardrail, OutcomeModel model, double truth, double[] scores) => guardrail.Metric switch
    {
        AbsoluteError => OutcomeTruth.Loss(AbsoluteError, model.Task, truth, scores) is { } error && guardrail.High > guardrail.Low
            ? (Math.Clamp(error, guardrail.Low, guardrail.High) - guardrail.Low) / (guardrail.High - guardrail.Low)
            : null,
        Accuracy => OutcomeTruth.Loss("incorrect", model.Task, truth, scores),
        _ => null,
    };

    private static bool IsCandidate(PredictionSource source) => source.Role == "candidate";

    private ActiveRollout? Find(PredictionSource source)
    {
        // With all or nothing of the traffic there is no other arm to compare with, and "previous" is no arm.
        var compared = source.Rollout is not null && source.Weight is > 0 and < 1 && (source.Role is "candidate" or "stable");
        return compared && _active.TryGetValue(source.Rollout!, out var active) ? active : null;
    }

    private async Task PrepareAsync(string id, CancellationToken cancellationToken)
    {
        if (await rollouts.Value.FindAsync(id, cancellationToken) is not { EndedAt: null } rollout)
        {
            _over.Add(id);
        }
        else if (await store.FindAsync(id, cancellationToken) is { } stored)
        {
            Begin(rollout).Restore(stored);
        }
        else
        {
            var counters = Begin(rollout);
            if (!clock.IsReplay(rollout.Deployment) && clock.Now(rollout.Deployment) is { } now)
            {
                // What a live caller says to have happened before the rollout counts now. A replay's first rows may lie behind its newest.
                counters.CloseTo(now.UtcTicks);
            }
        }
    }

    private RolloutCounters Begin(RolloutState rollout)
    {
        var counters = new RolloutCounters(rollout.Id, rollout.Deployment, rollout.Plan, options.MaxUnits);
        _active[rollout.Id] = new ActiveRollout(counters, []);
        return counters;
    }

    private sealed record ActiveRollout(RolloutCounters Counters, Dictionary<VersionReference, OutcomeModel> Models);
}
