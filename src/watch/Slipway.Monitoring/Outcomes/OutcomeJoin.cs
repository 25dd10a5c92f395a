using System.Globalization;
using Microsoft.Extensions.Logging;
using Slipway.Core.Text;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Statistics.Quality;
using Slipway.Storage;

namespace Slipway.Monitoring.Outcomes;

/// <summary>
/// Brings truths and predictions together, whichever comes first. Used by the one loop that works on the log; what changed stays in memory until a save commits.
/// </summary>
internal sealed partial class OutcomeJoin(
    OutcomeJoinStore store, Lazy<IPredictionLog> log, OutcomeModels models, RecordingRules recording, EventClock clock, OutcomesOptions options, TimeProvider time, ILogger<OutcomeJoin> logger)
{
    /// <summary>The shortest time after which something is looked for again.</summary>
    public static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(1);

    // One look-up in the log; it takes "at most a few thousand ids".
    private const int PageRows = 2_000;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    // A chunk is open for a day at most, and is not searched so long.
    private static readonly TimeSpan LongestOpen = TimeSpan.FromDays(1);

    private readonly RecentPredictions _recent = new(options.RecentRows, options.RecentBytes);
    private readonly Dictionary<string, DeploymentJoin> _deployments = [];
    private long? _expiredAt;

    /// <summary>Reads where the last save left the deployment.</summary>
    public async Task RestoreAsync(string deployment, CancellationToken cancellationToken)
    {
        var join = new DeploymentJoin(deployment) { Changes = { JoinedSeq = await store.ReadJoinedSeqAsync(deployment, cancellationToken) } };
        foreach (var id in await store.ListWaitingAsync(deployment, WaitingIds.Max + 1, cancellationToken))
        {
            join.Waiting.Add(id);
        }

        _deployments[deployment] = join;
    }

    /// <summary>Deployments with outcomes that came before the process did, or whose note got lost with it.</summary>
    public Task<IReadOnlyList<string>> ListBehindAsync(CancellationToken cancellationToken) => store.ListBehindAsync(cancellationToken);

    /// <summary>How the scores of a batch are read, and the inputs by which its project looks at outcomes: for <see cref="Add"/>.</summary>
    public async ValueTask<(OutcomeModel Model, IReadOnlyList<string> Segments)> PrepareAsync(PredictionSource source, CancellationToken cancellationToken) =>
        (await models.GetAsync(source.Deployment, source.Version, cancellationToken), await models.SegmentsAsync(source.Deployment, cancellationToken));

    /// <summary>Keeps predictions for their outcomes, and answers those that are new: the others are second tries of a client.</summary>
    /// <param name="batch">The predictions.</param>
    /// <param name="model">How their scores are read.</param>
    /// <param name="segments">The inputs by which somebody looks at outcomes.</param>
    public PredictionBatch Add(PredictionBatch batch, OutcomeModel model, IReadOnlyCollection<string> segments) => _recent.Add(batch, model, segments) is { } isNew ? batch.Keep(isNew) : batch;

    /// <summary>Joins the outcomes that were waiting for these predictions.</summary>
    public async Task MatchAsync(PredictionBatch batch, IOutcomeTaker taker, CancellationToken cancellationToken)
    {
        var join = _deployments[batch.Source.Deployment];
        join.NewestOfRollout = batch.Source.Rollout is null || batch.Rows == 0 ? join.NewestOfRollout : batch.Arrivals[^1];
        var ids = new List<string>();
        for (var i = 0; join.Waiting.Any && i < batch.Rows; i++)
        {
            if (!batch.Failed[i] && join.Waiting.MayContain(batch.Ids.Utf8(i)) && batch.Ids[i] is var id && !join.JustJoined.Contains(id))
            {
                ids.Add(id);
            }
        }

        if (ids.Count == 0)
        {
            return;
        }

        try
        {
            var rows = await store.FindOpenAsync(join.Deployment, ids, join.Changes.JoinedSeq, cancellationToken);
            await JoinAsync(join, [.. rows.OrderBy(row => row.Seq)], waited: true, search: false, taker, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            join.LookSoon(time);
            throw;
        }
    }

    /// <summary>Deals with every outcome that came since the last one.</summary>
    public async Task CatchUpAsync(string deployment, IOutcomeTaker taker, CancellationToken cancellationToken)
    {
        var join = _deployments[deployment];
        while (await store.ReadAfterAsync(deployment, join.Changes.JoinedSeq, PageRows, cancellationToken) is { Count: > 0 } rows)
        {
            await JoinAsync(join, rows, waited: false, search: true, taker, cancellationToken);
            join.Changes.JoinedSeq = rows[^1].Seq;
            join.Changes.Dirty = true;
        }
    }

    /// <summary>
    /// Marks outcomes that have waited too long, once a minute. Looks again for predictions that had left the memory before their chunk could be searched, or when a search failed: after a
    /// minute, then ever more seldom, up to once an hour.
    /// </summary>
    public async Task LookAgainAsync(IOutcomeTaker taker, CancellationToken cancellationToken)
    {
        if (_expiredAt is not { } before || time.GetElapsedTime(before) >= LookAgain)
        {
            _expiredAt = time.GetTimestamp();
            foreach (var join in _deployments.Values)
            {
                join.ExpireBefore = (time.GetUtcNow() - options.Wait).UtcTicks;
            }
        }

        foreach (var join in _deployments.Values)
        {
            if (join.Missed is { } since && time.GetElapsedTime(since) >= join.Pause)
            {
                await LookAgainAsync(join, taker, cancellationToken);
            }
        }
    }

    /// <summary>Writes what changed since the last save that committed.</summary>
    public async Task SaveAsync(WriteTransaction transaction)
    {
        foreach (var join in _deployments.Values)
        {
            if (join.Changes.Dirty)
            {
                await OutcomeJoinStore.SaveAsync(transaction, join.Changes);
            }

            if (join.ExpireBefore is { } limit)
            {
                await OutcomeJoinStore.ExpireAsync(transaction, join.Deployment, limit, recording.Find(join.Deployment) is { Share: < 1 } rule ? rule.LeavesOut : null);
            }
        }
    }

    /// <summary>The save committed.</summary>
    public void Saved()
    {
        foreach (var join in _deployments.Values)
        {
            join.Changes.Clear();
            join.JustJoined.Clear();
            join.ExpireBefore = null;
        }
    }

    private async Task LookAgainAsync(DeploymentJoin join, IOutcomeTaker taker, CancellationToken cancellationToken)
    {
        var rows = await store.ReadWaitingAsync(join.Deployment, join.LookedTo, PageRows, cancellationToken);
        var open = rows.Where(row => !join.JustJoined.Contains(row.Id)).ToList();
        join.Missed = time.GetTimestamp();
        await JoinAsync(join, open, waited: true, search: true, taker, cancellationToken);

        // A page at a time. At the end of a pass: nothing waits any more, or the next one waits longer.
        join.LookedTo = rows.Count == PageRows ? rows[^1].Id : "";
        if (rows.Count == 0)
        {
            join.Missed = null;
        }
        else if (rows.Count < PageRows)
        {
            join.Pause = join.Pause * 2 < Longest ? join.Pause * 2 : Longest;
        }
    }

    private async Task JoinAsync(
        DeploymentJoin join, IReadOnlyList<OutcomeRow> rows, bool waited, bool search, IOutcomeTaker taker, CancellationToken cancellationToken)
    {
        // All are looked up before the first is taken, so that labels are taken in the order in which they came.
        var places = rows.Select(row => _recent.Find(join.Deployment, row.Id)).ToArray();
        var missing = rows.Where((_, i) => places[i] is null).Select(row => row.Id).ToHashSet();
        var logged = search && missing.Count > 0 ? await SearchAsync(join, missing, cancellationToken) : [];
        var isSearched = logged is not null;
        var project = await models.FindProjectAsync(join.Deployment, cancellationToken);
        var window = (project?.Monitor ?? new()).Window;
        for (var i = 0; i < places.Length; i++)
        {
            places[i] ??= logged?.GetValueOrDefault(rows[i].Id);
        }

        await taker.PrepareAsync([.. places.OfType<FoundPrediction>().Select(place => place.Source).Distinct()], cancellationToken);

        // Nothing from here on waits or fails: a page is dealt with as a whole or not at all.
        for (var i = 0; i < rows.Count; i++)
        {
            if (places[i] is { } place)
            {
                taker.Take(Join(join, rows[i], place, waited, window));
            }
            else if (!waited && isSearched && IsLeftOut(join, rows[i].Id))
            {
                join.Changes.LeftOut.Add(new JoinChanges.LeftOutRow(join.Deployment, rows[i].Id));
                join.Changes.Dirty = true;
            }
            else if (!waited)
            {
                Wait(join, rows[i]);
            }
        }
    }

    // Whoever is not in the sample need not wait for it. But predictions of a rollout are recorded all the same, and may have left the memory before their chunk could be searched.
    private bool IsLeftOut(DeploymentJoin join, string id) => recording.Find(join.Deployment) is { } rule && rule.LeavesOut(id)
        && (_recent.Evictions == 0 || time.GetUtcNow().UtcTicks - join.NewestOfRollout > LongestOpen.Ticks);

    private void Wait(DeploymentJoin join, OutcomeRow row)
    {
        join.Changes.Waiting.Add(new JoinChanges.WaitingRow(join.Deployment, row.Id, row.ReceivedAt));
        join.Changes.Dirty = true;
        join.Waiting.Add(row.Id);
        if (_recent.Evictions > 0)
        {
            join.LookSoon(time);
        }
    }

    // Null when the log could not be searched.
    private async Task<Dictionary<string, FoundPrediction>?> SearchAsync(DeploymentJoin join, HashSet<string> ids, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, FoundPrediction>();
        try
        {
            foreach (var batch in await log.Value.FindAsync(join.Deployment, ids, cancellationToken))
            {
                var model = await models.GetAsync(join.Deployment, batch.Source.Version, cancellationToken);
                for (var i = 0; i < batch.Rows; i++)
                {
                    if (!batch.Failed[i] && batch.Ids[i] is var id && ids.Contains(id))
                    {
                        found.TryAdd(id, FoundPrediction.Of(batch, i, model));
                    }
                }
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The outcomes wait, and are looked for again in a minute: a disk that cannot be read now must not lose them.
            join.LookSoon(time);
            LogSearchFailed(e, join.Deployment);
            return null;
        }

        return found;
    }

    private JoinedOutcome Join(DeploymentJoin join, OutcomeRow row, FoundPrediction place, bool waited, TimeSpan window)
    {
        var changes = join.Changes;
        var predictedAt = place.PredictedAt;
        var now = clock.Now(join.Deployment)?.UtcTicks ?? row.ReceivedAt;

        // Nobody knows a truth after having sent it. In a replay "now" is the replay's now.
        var said = row.KnownAt ?? (clock.IsReplay(join.Deployment) ? now : row.ReceivedAt);
        var knownAt = Math.Max(predictedAt, Math.Min(said, row.ReceivedAt));
        changes.Early += said < predictedAt ? 1 : 0;
        changes.Late += predictedAt + window.Ticks <= now ? 1 : 0;
        changes.Joined.Add(new JoinChanges.JoinedRow(join.Deployment, row.Id, predictedAt, knownAt, waited));
        changes.Dirty = true;
        join.Waiting.Remove(row.Id);
        join.JustJoined.Add(row.Id);
        NoteUnfit(join, row.Label, place);
        return place.Join(row.Id, row.Label, knownAt);
    }

    private void NoteUnfit(DeploymentJoin join, string label, FoundPrediction place)
    {
        var model = place.Model;
        if (OutcomeTruth.Read(label, model.Task, model.Labels) is not null)
        {
            return;
        }

        join.Changes.Unfit++;
        if (!join.SaidUnfit)
        {
            var known = model.Task == LearningTask.Regression ? "a number"
                : model.Labels.Count > 0 ? string.Join(", ", model.Labels.Take(10).Select(l => $"'{Excerpt.Of(l, 40)}'")) + (model.Labels.Count > 10 ? " …" : "")
                : model.Task == LearningTask.Binary ? "0 or 1" : "0, 1, 2 …";
            join.SaidUnfit = true;
            join.Changes.UnfitSentence = string.Create(
                CultureInfo.InvariantCulture, $"The label '{Excerpt.Of(label, 40)}' does not fit {place.Source.Version}, whose labels are {known}: it counts in no metric.");
            LogUnfit(join.Deployment, join.Changes.UnfitSentence);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Deployment}: {Sentence}")]
    private partial void LogUnfit(string deployment, string sentence);

    [LoggerMessage(LogLevel.Error, "The prediction log of {Deployment} could not be searched for outcomes' predictions; they wait and are looked for again.")]
    private partial void LogSearchFailed(Exception e, string deployment);
}
