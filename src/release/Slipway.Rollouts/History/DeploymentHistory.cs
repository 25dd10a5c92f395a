using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Registry.Decisions;
using Slipway.Storage.Events;

namespace Slipway.Rollouts.History;

/// <inheritdoc/>
internal sealed class DeploymentHistory(
    IDeployments deployments,
    IEventLog events,
    DeployedVersionStore places,
    IVersionHistory versions,
    TimeProvider time,
    IServedFolder? folder = null,
    ITrafficHistory? traffic = null) : IDeploymentHistory
{
    // A rollout of a few steps, with what was before it. Whatever is not among them is found by two reads of one event.
    private const int MostDecisions = 24;
    private const int MostDeployments = 100;

    public async Task<DeploymentMoment> AtAsync(string deployment, DateTimeOffset moment, CancellationToken cancellationToken)
    {
        await CheckAsync(deployment, cancellationToken);
        return await TellAsync(deployment, moment, cancellationToken);
    }

    public async Task<HistoryPage> ListAsync(string deployment, HistoryQuery query, CancellationToken cancellationToken)
    {
        if (query.Limit is < 1 or > HistoryQuery.MaxLimit)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"limit is {query.Limit}; it may be 1 to {HistoryQuery.MaxLimit}.");
        }

        await CheckAsync(deployment, cancellationToken);
        var (periods, next) = await ReadAsync(deployment, query, cancellationToken);
        var answered = traffic is null || query.Before is not null ? [] : await traffic.ListAsync(deployment, query.From, query.To, query.Limit, cancellationToken);
        return new HistoryPage(deployment, periods, next) { IsReplay = traffic?.IsReplay(deployment) == true, Traffic = answered };
    }

    public async Task<ModelMoment> AtAsync(ModelMomentQuery query, CancellationToken cancellationToken)
    {
        var known = await places.ListDeploymentsAsync(ResourceName.Check(query.Model, "model"), MostDeployments + 1, cancellationToken);
        if (known.Count == 0)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"No version of a model '{query.Model}' was ever deployed. `slipway status` lists the deployments there are.");
        }

        var moments = new List<DeploymentMoment>();
        foreach (var deployment in known.Take(MostDeployments))
        {
            var moment = await TellAsync(deployment, query.At, cancellationToken);
            if (moment.Live?.HasModel(query.Model) == true)
            {
                moments.Add(moment);
            }
        }

        return new ModelMoment(query.Model, query.At, query.At > time.GetUtcNow(), moments, known.Count > MostDeployments);
    }

    public async Task<IReadOnlyList<LivePeriod>> ListOfAsync(DeployedPlace place, CancellationToken cancellationToken)
    {
        var after = await FindNextAsync(place.Deployment, place.Last, cancellationToken);
        var stored = await events.ReadSetAsync(Changes(place.Deployment, HistoryQuery.MaxLimit) with { Before = after?.Position }, cancellationToken);
        var changes = stored.Reverse().SkipWhile(happened => happened.Position < place.First).Select(HistoryEvents.Read).ToList();
        var before = changes is [var first, ..] && !first.IsBase ? await FindRolesAsync(place.Deployment, first.Decision.Position, cancellationToken) : null;
        return [.. HistoryFold.Periods(before, changes, after?.At).Where(period => period.Has(place.Version))];
    }

    private async Task<DeploymentMoment> TellAsync(string deployment, DateTimeOffset moment, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isFuture = moment > now;
        var newest = await events.ReadSetAsync(Query(deployment, MostDecisions) with { NotAfter = isFuture ? null : moment }, cancellationToken);
        var answered = traffic is null || isFuture ? null : await traffic.FindAsync(deployment, moment, cancellationToken);
        var told = new DeploymentMoment { Deployment = deployment, At = moment, IsFuture = isFuture, Sentence = "", Traffic = answered };
        if (newest.Count == 0)
        {
            var first = (await events.ReadSetAsync(Query(deployment, 1) with { After = 0 }, cancellationToken)) is [var begun] ? begun.At : (DateTimeOffset?)null;
            return told with { Sentence = HistorySentences.Nothing(told, first), Versions = await ListAnsweredAsync(told, [], cancellationToken) };
        }

        var happened = newest.Reverse().Select(HistoryEvents.Read).ToList();
        var live = await FindPeriodAsync(deployment, happened, cancellationToken);
        IReadOnlyList<VersionReference> shown = live.Candidate is { } candidate ? [live.Stable, candidate] : [live.Stable];
        told = told with
        {
            Live = live,
            Decisions = HistoryFold.Decisions(LedThere(happened)),
            Versions = [.. await versions.ListAsync(shown, isFuture ? null : moment, cancellationToken), .. await ListAnsweredAsync(told, shown, cancellationToken)],
        };
        return told with { Sentence = HistorySentences.Of(told) };
    }

    // Requests of a replay say that they are of a time before their version was made: of it all is told that was decided.
    private async Task<IReadOnlyList<VersionDecisions>> ListAnsweredAsync(DeploymentMoment moment, IReadOnlyList<VersionReference> shown, CancellationToken cancellationToken)
    {
        var answered = moment.Traffic?.Answered.Select(a => VersionReference.TryParse(a.Version, null, out var reference) ? reference : null).OfType<VersionReference>().Distinct().Except(shown).ToList();
        return answered is { Count: > 0 } ? await versions.ListAsync(answered, null, cancellationToken) : [];
    }

    private async Task<LivePeriod> FindPeriodAsync(string deployment, List<HistoryEvent> happened, CancellationToken cancellationToken)
    {
        var changes = happened.FindAll(e => e.Revision is not null);
        if (changes.Count == 0)
        {
            // A rollout that was extended time and again.
            changes = [.. (await events.ReadSetAsync(Changes(deployment, 2) with { Before = happened[0].Decision.Position }, cancellationToken)).Reverse().Select(HistoryEvents.Read)];
        }

        // Of the last change, which may be of two events.
        var last = changes.FindAll(e => e.Revision == changes[^1].Revision);
        var before = last[0].IsBase ? null : await FindRolesAsync(deployment, last[0].Decision.Position, cancellationToken);
        var next = await FindNextAsync(deployment, last[^1].Decision.Position, cancellationToken);
        return HistoryFold.Periods(before, last, next?.At)[0];
    }

    private async Task<(IReadOnlyList<LivePeriod> Periods, long? Next)> ReadAsync(string deployment, HistoryQuery query, CancellationToken cancellationToken)
    {
        // A change is of one event or two.
        var most = (2 * query.Limit) + 2;
        var stored = await events.ReadSetAsync(Changes(deployment, most) with { NotAfter = query.To, Before = query.Before }, cancellationToken);
        if (stored.Count == 0)
        {
            return ([], null);
        }

        var changes = stored.Reverse().Select(HistoryEvents.Read).ToList();
        var hasMore = stored.Count == most;
        if (hasMore)
        {
            // The oldest change may lack its first event.
            changes = changes.FindAll(e => e.Revision != changes[0].Revision);
        }

        var before = changes[0].IsBase ? null : await FindRolesAsync(deployment, changes[0].Decision.Position, cancellationToken);
        var next = await FindNextAsync(deployment, changes[^1].Decision.Position, cancellationToken);
        var periods = HistoryFold.Periods(before, changes, next?.At).Reverse().ToList();
        hasMore |= periods.Count > query.Limit;
        periods = [.. periods.Take(query.Limit)];
        var oldest = periods[^1];
        hasMore &= !(oldest.From <= query.From);
        periods.RemoveAll(period => period.To <= query.From || (query.Model is { } model && !period.HasModel(model)));
        return (periods, hasMore ? oldest.Position : null);
    }

    // From the decision that made the stable version what it was; of one that ended a rollout, from where that began.
    private static List<HistoryEvent> LedThere(List<HistoryEvent> happened)
    {
        var start = Math.Max(0, happened.FindLastIndex(e => e.IsBase));
        var rollout = happened.Skip(start).FirstOrDefault(e => e.Revision == happened[start].Revision && e.Decision.Rollout is not null)?.Decision.Rollout;
        var begun = rollout is null ? -1 : happened.FindIndex(e => e.Decision.Rollout == rollout);
        return happened[(begun >= 0 ? Math.Min(begun, start) : start)..];
    }

    // The newest event says what was tried, and the newest of the stable version all the rest: what lies between changes neither.
    private async Task<Roles?> FindRolesAsync(string deployment, long position, CancellationToken cancellationToken)
    {
        if (await events.ReadSetAsync(Query(deployment, 1) with { Before = position }, cancellationToken) is not [var stored])
        {
            return null;
        }

        var last = HistoryEvents.Read(stored);
        if (last.IsBase)
        {
            return last.Apply(null);
        }

        var stable = await events.ReadSetAsync(Query(deployment, 1) with { Before = position, Types = HistoryEvents.OfStable }, cancellationToken);
        return last.Apply(stable is [var known] ? HistoryEvents.Read(known).Apply(null) : null);
    }

    private async Task<StoredEvent?> FindNextAsync(string deployment, long position, CancellationToken cancellationToken) =>
        await events.ReadSetAsync(Changes(deployment, 1) with { After = position }, cancellationToken) is [var next] ? next : null;

    private async Task CheckAsync(string deployment, CancellationToken cancellationToken)
    {
        if (folder?.Find(deployment) is { } served)
        {
            throw new SlipwayException(ErrorKind.NotFound, $"{deployment} is served as it lies in {served.Source}: nobody deployed it, so it has no history. Register and deploy it to have one.");
        }

        await deployments.GetAsync(deployment, cancellationToken);
    }

    private static SubjectQuery Query(string deployment, int limit) => new(DeploymentSubject.Of(deployment), HistoryEvents.All, limit);

    private static SubjectQuery Changes(string deployment, int limit) => Query(deployment, limit) with { Types = HistoryEvents.OfRoles };
}
