using Slipway.Core.Names;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Profiles;
using Slipway.Statistics.Drift;
using Slipway.Storage;

namespace Slipway.Monitoring.Watching;

/// <summary>The windows of one deployment: counts what comes, judges each window when its end has passed, and again when something late has changed it.</summary>
internal sealed class DeploymentWatcher(string deployment, ProfileBook book, SegmentNames segments, VersionBook versions, AlertBook alerts)
{
    /// <summary>The role whose windows are judged.</summary>
    public const string Stable = "stable";

    // What is late by a window at most finds everything in memory that judging again needs.
    private const int WindowsInMemory = 2;

    private readonly ProfileFold _fold = new(book, segments);
    private readonly List<PredictionBatch> _batches = [];
    private readonly List<JoinedOutcome> _outcomes = [];
    private readonly Dictionary<(long End, string Segment), WindowVerdict> _recent = [];
    private readonly HashSet<(long End, string Segment)> _unsaved = [];

    private WatchPlan? _plan;
    private long? _judgedTo;
    private string? _stable;
    private bool _quiet;
    private bool _changed;

    /// <summary>Windows judged since the last save, again or for the first time.</summary>
    public int Judged => _unsaved.Count;

    /// <summary>The alerts that wait to be saved.</summary>
    public AlertBook Alerts => alerts;

    /// <summary>What the project wants; null before the first look at it.</summary>
    public WatchPlan? Plan => _plan;

    /// <summary>Goes on from the last save.</summary>
    public async Task RestoreAsync(WatchPlan plan, WatchedState? state, RestoredWatch restored, CancellationToken cancellationToken)
    {
        Follow(plan);
        segments.Restore(restored.Segments);
        alerts.Restore(restored.Firing, state?.Decisions ?? []);
        (_judgedTo, _stable, _quiet) = (state?.JudgedTo, state?.Version, state?.Quiet ?? false);
        await book.RestoreAsync(restored.Profiles, restored.From, version => BinsAsync(version, cancellationToken));
        foreach (var verdict in restored.Verdicts)
        {
            _recent[(verdict.At.UtcTicks, verdict.Segment)] = verdict;
        }
    }

    /// <summary>The buckets that <see cref="RestoreAsync"/> needs start here, UTC ticks.</summary>
    public static long MemoryFrom(WatchPlan plan, long judgedTo) => Math.Max(0, judgedTo - (WindowsInMemory * plan.Grid.Window.Ticks));

    /// <summary>Takes predictions; those of a version that is not known yet wait until it is.</summary>
    public void Take(PredictionBatch batch)
    {
        if (_plan is { } plan && versions.Find(batch.Source.Version) is { } version)
        {
            Fold(batch, version, plan);
        }
        else
        {
            _batches.Add(batch);
        }
    }

    /// <summary>Takes a truth; one of a version that is not known yet waits until it is.</summary>
    public void Take(JoinedOutcome outcome)
    {
        if (_plan is { } plan && versions.Find(outcome.Source.Version) is { } version)
        {
            _fold.Add(outcome, version, plan.Grid);
            _changed = true;
        }
        else
        {
            _outcomes.Add(outcome);
        }
    }

    /// <summary>Judges what is due at <paramref name="now"/>.</summary>
    public async Task AdvanceAsync(WatchPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        Follow(plan);
        await FoldWaitingAsync(plan, cancellationToken);

        var lastEnd = plan.Grid.StartOf(now.UtcTicks);
        versions.MakeBins(plan, lastEnd);
        if (_judgedTo is null && book.Buckets.Any())
        {
            _judgedTo = book.Buckets.Min(bucket => bucket.Key.Start);
            _changed = true;
        }

        if (_judgedTo is not { } judgedTo)
        {
            return;
        }

        // Windows that were judged before, and that something late has changed since.
        var late = FindLate(plan, judgedTo);
        var from = book.Buckets.Where(bucket => bucket.Partial).Select(bucket => bucket.Key.Start).Append(late.Count > 0 ? late.Keys.First() - plan.Grid.Window.Ticks : long.MaxValue).Min();
        await book.LoadAsync(from, version => BinsAsync(version, cancellationToken), cancellationToken);

        Judge(plan, judgedTo, lastEnd);
        foreach (var (end, changed) in late)
        {
            Revise(plan, end, changed);
        }

        foreach (var bucket in book.Buckets)
        {
            (bucket.RowsChanged, bucket.LabelsChanged) = (false, false);
        }
    }

    /// <summary>Writes what changed.</summary>
    public async Task SaveAsync(WriteTransaction transaction)
    {
        if (_batches.Count > 0 || _outcomes.Count > 0 || book.Buckets.Any(bucket => bucket.Dirty && bucket.Partial))
        {
            // Whoever moved the log's position now would lose them.
            throw new InvalidOperationException($"Rows of {deployment} wait to be counted: what is due is worked out before it is saved.");
        }

        if (!_changed)
        {
            return;
        }

        await versions.SaveAsync(transaction);
        foreach (var bucket in book.Buckets.Where(bucket => bucket.Dirty))
        {
            await ProfileStore.SaveAsync(transaction, deployment, bucket.Key, bucket.Profile);
        }

        foreach (var key in _unsaved)
        {
            await VerdictStore.SaveAsync(transaction, deployment, _recent[key]);
        }

        foreach (var (alert, happened) in alerts.Unsaved)
        {
            await AlertStore.SaveAsync(transaction, alert);
            await transaction.AppendAsync(happened);
        }

        if (_judgedTo is { } judgedTo)
        {
            await WatchedStore.SaveAsync(transaction, deployment, new WatchedState(judgedTo, _stable, _quiet, alerts.Decisions));
        }
    }

    /// <summary>The save committed.</summary>
    public void Saved()
    {
        versions.Saved();
        alerts.Saved();
        _unsaved.Clear();
        _changed = false;
        foreach (var bucket in book.Buckets)
        {
            bucket.Dirty = false;
        }

        if (_plan is { } plan && _judgedTo is { } judgedTo)
        {
            var from = MemoryFrom(plan, judgedTo);
            book.Forget(from);
            foreach (var key in _recent.Keys.Where(key => key.End < from).ToList())
            {
                _recent.Remove(key);
            }
        }
    }

    private void Follow(WatchPlan plan)
    {
        _plan = plan;
        segments.Names = plan.Segments;
        _fold.Redacted = plan.Redacted;
    }

    private void Fold(PredictionBatch batch, WatchedVersion version, WatchPlan plan)
    {
        var gathered = version.FirstRows?.Add(batch, version) ?? 0;
        VersionBook.MakeBins(plan, version);
        _fold.Add(batch, version, plan.Grid, gathered);
        _changed = true;
    }

    private async Task FoldWaitingAsync(WatchPlan plan, CancellationToken cancellationToken)
    {
        foreach (var version in _batches.Select(batch => batch.Source.Version).Concat(_outcomes.Select(outcome => outcome.Source.Version)).Distinct().ToList())
        {
            await versions.GetAsync(version, plan, cancellationToken);
        }

        // In the order in which they came: batches wait only for a version to be known, and none can be known without the other.
        var batches = _batches.ToArray();
        var outcomes = _outcomes.ToArray();
        _batches.Clear();
        _outcomes.Clear();
        Array.ForEach(batches, Take);
        Array.ForEach(outcomes, Take);
    }

    private SortedDictionary<long, Dictionary<string, LateChange>> FindLate(WatchPlan plan, long judgedTo)
    {
        var late = new SortedDictionary<long, Dictionary<string, LateChange>>();
        foreach (var bucket in book.Buckets.Where(bucket => (bucket.RowsChanged || bucket.LabelsChanged) && bucket.Key.End <= judgedTo))
        {
            bucket.Profile.Revision += bucket.LabelsChanged ? 1 : 0;
            if (bucket.Key.Role != Stable)
            {
                continue;
            }

            var lastEnd = Math.Min(judgedTo, plan.Grid.StartOf(bucket.Key.Start + plan.Grid.Window.Ticks));
            for (var end = plan.Grid.EndAfter(bucket.Key.End - 1); end <= lastEnd; end += plan.Grid.Bucket.Ticks)
            {
                if (!late.TryGetValue(end, out var changes))
                {
                    late.Add(end, changes = []);
                }

                var before = changes.GetValueOrDefault(bucket.Key.Segment);
                changes[bucket.Key.Segment] = new LateChange(bucket.Key.Version, bucket.RowsChanged || (before?.Rows ?? false));
            }
        }

        return late;
    }

    private void Judge(WatchPlan plan, long judgedTo, long lastEnd)
    {
        for (var end = plan.Grid.EndAfter(judgedTo); end <= lastEnd; end = Next(plan, end, lastEnd))
        {
            _judgedTo = end;
            _changed = true;
            if (StableAt(plan, end) is not { } version)
            {
                Quiet(end);
                continue;
            }

            _quiet = false;
            if (version != _stable)
            {
                _stable = version;
                alerts.TakeOver(At(end), version, VersionReference.TryParse(version, null, out var reference) ? reference.Version.ToString() : version);
            }

            foreach (var segment in SegmentsOf(version))
            {
                Judge(plan, end, version, segment);
            }
        }

        if (lastEnd > _judgedTo)
        {
            _judgedTo = lastEnd;
            _changed = true;
        }
    }

    private void Judge(WatchPlan plan, long end, string version, string segment)
    {
        var window = book.Find(version, Stable, segment)!.Sum(end - plan.Grid.Window.Ticks, end);
        if (window.Rows + window.Errors == 0 || versions.Find(version) is not { } watched)
        {
            return;
        }

        if (segment.Length == 0)
        {
            VersionBook.CloseFirstWindow(watched, end, book, plan);
        }

        var verdict = plan.Judge.Judge(At(end), watched, segment, window);
        Keep(end, verdict);
        if (version != _stable)
        {
            return;
        }

        foreach (var finding in plan.Judge.Findings(verdict).Concat(segment.Length == 0 ? plan.Judge.Calls(window) : []))
        {
            alerts.Take(At(end), version, finding);
        }
    }

    private void Revise(WatchPlan plan, long end, Dictionary<string, LateChange> changes)
    {
        var stable = StableAt(plan, end);
        foreach (var (segment, change) in changes)
        {
            if (change.Version != stable || versions.Find(change.Version) is not { } watched)
            {
                continue;
            }

            if (change.Rows || !_recent.TryGetValue((end, segment), out var before) || before.Version != stable)
            {
                Judge(plan, end, change.Version, segment);
                continue;
            }

            var verdict = plan.Judge.Judge(before, watched, book.Find(stable, Stable, segment)!.Sum(end - plan.Grid.Window.Ticks, end, columns: false));
            Keep(end, verdict);
            if (stable == _stable && WindowJudge.Performance(verdict) is { } performance)
            {
                alerts.Take(At(end), stable, performance);
            }
        }
    }

    private void Keep(long end, WindowVerdict verdict)
    {
        _recent[(end, verdict.Segment)] = verdict;
        _unsaved.Add((end, verdict.Segment));
        _changed = true;
    }

    // Noted once, however long it lasts: no verdict, and nothing rises or is resolved by itself.
    private void Quiet(long end)
    {
        if (!_quiet && _stable is { } stable)
        {
            _quiet = true;
            Keep(end, new WindowVerdict(At(end), stable, "", Quality: null, Drift: [], DriftVerdict.InsufficientData, Rows: 0));
        }
    }

    /// <summary>The version that was stable when the window ended: the one whose rows are its newest.</summary>
    private string? StableAt(WatchPlan plan, long end)
    {
        ProfileBucket? newest = null;
        foreach (var (key, series) in book.Series.Where(s => s.Key.Role == Stable && s.Key.Segment.Length == 0))
        {
            foreach (var bucket in series.Within(end - plan.Grid.Window.Ticks, end))
            {
                newest = newest is null || bucket.Profile.LastAt > newest.Profile.LastAt ? bucket : newest;
            }
        }

        return newest?.Key.Version;
    }

    // Where nothing is left in the window, the time until the next traffic is skipped in one step: a deployment may sleep for years.
    private long Next(WatchPlan plan, long end, long lastEnd)
    {
        var next = end + plan.Grid.Bucket.Ticks;
        if (!_quiet && _stable is not null)
        {
            return next;
        }

        var starts = book.Series.Where(s => s.Key.Role == Stable && s.Key.Segment.Length == 0).SelectMany(s => s.Value.Buckets).Where(bucket => bucket.Key.End > end).Select(bucket => bucket.Key.End);
        return starts.Any() ? Math.Max(next, plan.Grid.EndAfter(starts.Min() - 1)) : lastEnd + 1;
    }

    private List<string> SegmentsOf(string version) =>
        book.Series.Where(s => s.Key.Version == version && s.Key.Role == Stable).Select(s => s.Key.Segment).Order(StringComparer.Ordinal).ToList();

    private async Task<IReadOnlyDictionary<string, ColumnBins>> BinsAsync(string version, CancellationToken cancellationToken) =>
        VersionReference.TryParse(version, null, out var reference) && _plan is { } plan ? (await versions.GetAsync(reference, plan, cancellationToken)).Bins : new Dictionary<string, ColumnBins>();

    private static DateTimeOffset At(long ticks) => new(ticks, TimeSpan.Zero);

    private sealed record LateChange(string Version, bool Rows);
}
