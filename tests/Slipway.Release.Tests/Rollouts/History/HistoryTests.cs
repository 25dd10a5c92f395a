using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Rollouts;
using Slipway.Rollouts.History;
using Slipway.Rollouts.Releases;
using Slipway.Storage;
using Slipway.Storage.Events;
using Slipway.Tests;

namespace Slipway.Release.Tests.Rollouts.History;

/// <summary>What was live when, on either database.</summary>
public abstract class HistoryTests(bool postgreSql) : IAsyncLifetime
{
    private readonly SteppedClock _clock = new();
    private readonly List<VersionReference> _versions = [];
    private OwnHost? _own;

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected Database Database => Host.Get<Database>();

    private ReleaseHost Host => _own!.Host;

    private IDeploymentHistory History => Host.Get<IDeploymentHistory>();

    public async ValueTask InitializeAsync()
    {
        var address = await TestDatabase.AddressAsync(postgreSql);
        _own = await OwnHost.StartAsync(Cancel, services => services.AddTestDatabase(address).Replace(ServiceDescriptor.Singleton<TimeProvider>(_clock)));
        for (var i = 1; i <= 4; i++)
        {
            _versions.Add((await Host.AddApprovedAsync("churn", $"{i}", Cancel)).Reference);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _own!.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task History_at_a_moment_is_how_the_deployment_stood_then_whatever_was_done()
    {
        var random = new Random(20260503);
        var recorded = new List<(DateTimeOffset At, DeploymentState State)>();
        await Host.DeployAsync("live", _versions[0], Cancel);
        for (var i = 0; i < 60; i++)
        {
            recorded.Add((_clock.Now, (await Host.Deployments.FindAsync("live", Cancel))!));
            _clock.Now = _clock.Now.AddMilliseconds(random.Next(1, 5000));
            await DoAsync(random);
        }

        // The state of a moment holds until just before the next change, and a millisecond is enough to tell the two apart.
        for (var i = 0; i < recorded.Count; i++)
        {
            foreach (var at in i + 1 < recorded.Count ? [recorded[i].At, recorded[i + 1].At.AddTicks(-1)] : new[] { recorded[i].At })
            {
                Assert.Equal(Roles(recorded[i].State), Roles((await History.AtAsync("live", at, Cancel)).Live!));
            }
        }

        var whole = await History.ListAsync("live", new HistoryQuery(HistoryQuery.MaxLimit), Cancel);
        Assert.Equal(Enumerable.Range(1, whole.Periods.Count).Select(revision => (long)revision), whole.Periods.Select(p => p.Revision).Reverse());
        Assert.Equal((await Host.Deployments.FindAsync("live", Cancel))!.Revision, whole.Periods[0].Revision);
        Assert.Equal(whole.Periods, await PagesAsync(3));
        Assert.Null(whole.Next);
        Assert.Null(whole.Periods[0].To);
        Assert.Equal(whole.Periods.Skip(1).Select(p => p.To), whole.Periods.SkipLast(1).Select(p => (DateTimeOffset?)p.From));
    }

    [Fact]
    public async Task An_answer_names_the_decisions_and_who_approved_on_what_evidence()
    {
        await Host.DeployAsync("live", _versions[0], Cancel);
        var rollout = await StartAsync(_versions[1], Plans.Canary);
        var tried = _clock.Now = _clock.Now.AddHours(1);
        _clock.Now = _clock.Now.AddHours(1);
        await Host.Rollouts.PromoteAsync(rollout.Id, ReleaseHost.Bob, "the vans need it", Cancel);

        var during = await History.AtAsync("live", tried, Cancel);
        Assert.Equal((_versions[0], _versions[1], 0.25), (during.Live!.Stable, during.Live.Candidate, during.Live.Weight));
        Assert.Equal(["deployed", "started"], during.Decisions.Select(d => d.What));
        Assert.Contains("churn@1.0.1 was tried on 25% of requests", during.Sentence, StringComparison.Ordinal);
        Assert.Equal([_versions[0], _versions[1]], during.Versions.Select(v => v.Version));
        Assert.StartsWith("churn@1.0.0 was approved by bob at 2026-05-03 12:00 UTC", during.Versions[0].Sentence, StringComparison.Ordinal);

        var after = await History.AtAsync("live", _clock.Now, Cancel);
        Assert.Equal((_versions[1], _versions[0], null), (after.Live!.Stable, after.Live.Previous, after.Live.Candidate));
        Assert.Equal(["started", "promoted"], after.Decisions.Select(d => d.What));
        Assert.Equal(("bob", "the vans need it", rollout.Id), (after.Decisions[1].Actor, after.Decisions[1].Reason, after.Decisions[1].Rollout));
        Assert.Equal(tried.AddHours(1), during.Live.To);
    }

    [Fact]
    public async Task A_clock_that_went_backwards_changes_no_order()
    {
        var start = _clock.Now;
        foreach (var (version, minute) in new[] { (0, 0), (1, 10), (2, 5), (3, 20) })
        {
            _clock.Now = start.AddMinutes(minute);
            await Host.DeployAsync("live", _versions[version], Cancel);
        }

        // The second was deployed when the clock said 10, and then, at 5, the third: from 5 on the third had been deployed, so the second was live for no time at all.
        foreach (var (minute, version) in new[] { (0, 0), (4, 0), (5, 2), (7, 2), (10, 2), (12, 2), (20, 3) })
        {
            Assert.Equal(_versions[version], (await History.AtAsync("live", start.AddMinutes(minute), Cancel)).Live!.Stable);
        }

        var periods = (await History.ListAsync("live", new HistoryQuery(10), Cancel)).Periods;
        Assert.Equal(
            [(3, 20, (int?)null), (2, 5, 20), (1, 5, 5), (0, 0, 5)],
            periods.Select(p => (_versions.IndexOf(p.Stable), (int)(p.From - start).TotalMinutes, p.To is { } to ? (int?)(to - start).TotalMinutes : null)));
    }

    [Fact]
    public async Task Before_the_first_version_nothing_was_live_and_of_a_moment_to_come_the_present_is_told()
    {
        await Host.DeployAsync("live", _versions[0], Cancel);

        var before = await History.AtAsync("live", _clock.Now.AddTicks(-1), Cancel);
        Assert.Null(before.Live);
        Assert.Empty(before.Decisions);
        Assert.EndsWith("nothing was live as live: its first version was deployed at 2026-05-03 12:00 UTC.", before.Sentence, StringComparison.Ordinal);

        var ahead = await History.AtAsync("live", _clock.Now.AddYears(1), Cancel);
        Assert.True(ahead.IsFuture);
        Assert.Equal(_versions[0], ahead.Live!.Stable);
        Assert.StartsWith("2027-05-03 12:00 UTC is still to come. Now churn@1.0.0 answers as live.", ahead.Sentence, StringComparison.Ordinal);
        Assert.Equal(ErrorKind.NotFound, (await Assert.ThrowsAsync<SlipwayException>(() => History.AtAsync("other", _clock.Now, Cancel))).Kind);
    }

    [Fact]
    public async Task Of_a_rollout_that_was_extended_for_ever_the_roles_are_known()
    {
        await Host.DeployAsync("live", _versions[0], Cancel);
        var rollout = await StartAsync(_versions[1], Plans.Canary);
        await AppendAsync(100, i => new RolloutExtended("live", rollout.Id, _versions[1], 1, 0.25, _clock.Now, [], $"extended {i}", Actor.Policy));
        await AppendAsync(100, i => new AnotherThing("deployment/live", Actor.Policy));

        var moment = await History.AtAsync("live", _clock.Now, Cancel);

        Assert.Equal((_versions[0], _versions[1], 0.25, 2L), (moment.Live!.Stable, moment.Live.Candidate, moment.Live.Weight, moment.Live.Revision));
        Assert.Equal("extended 99", moment.Decisions[^1].Sentence);
        Assert.Equal("started", moment.Live.Decision.What);
    }

    [Fact]
    public async Task The_routes_answer_the_same_and_refuse_what_is_no_moment()
    {
        await Host.DeployAsync("live", _versions[0], Cancel);
        _clock.Now = _clock.Now.AddHours(3);
        await Host.DeployAsync("live", _versions[1], Cancel);

        var (status, moment) = await Host.GetAsync("/api/v1/deployments/live/history?at=2026-05-03%2014:00", Cancel);
        Assert.Equal((200, "1.0.0"), (status, moment.GetProperty("live").GetProperty("stable").GetProperty("version").GetString()));
        var (_, page) = await Host.GetAsync("/api/v1/deployments/live/history?limit=1", Cancel);
        var next = page.GetProperty("next").GetInt64();
        var (_, last) = await Host.GetAsync($"/api/v1/deployments/live/history?limit=1&before={next}", Cancel);
        Assert.Equal("1.0.0", Assert.Single(last.GetProperty("periods").EnumerateArray()).GetProperty("stable").GetProperty("version").GetString());
        Assert.False(last.TryGetProperty("next", out _));
        var (_, of) = await Host.GetAsync("/api/v1/models/churn/history?at=2026-05-03T14:00:00.000Z", Cancel);
        Assert.Equal("live", Assert.Single(of.GetProperty("deployments").EnumerateArray()).GetProperty("deployment").GetString());
        Assert.Equal(404, (await Host.GetAsync("/api/v1/models/nothing/history", Cancel)).Status);
        var (wrong, body) = await Host.GetAsync("/api/v1/deployments/live/history?at=yesterday", Cancel);
        Assert.Equal(400, wrong);
        Assert.StartsWith("at 'yesterday' is no moment. Write a date such as 2026-05-03", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(400, (await Host.GetAsync("/api/v1/deployments/live/history?limit=0", Cancel)).Status);
    }

    [Fact]
    public async Task A_stretch_of_time_has_the_periods_that_touch_it()
    {
        var start = _clock.Now;
        for (var i = 0; i < 4; i++)
        {
            _clock.Now = start.AddHours(i);
            await Host.DeployAsync("live", _versions[i], Cancel);
        }

        var page = await History.ListAsync("live", new HistoryQuery(10) { From = start.AddHours(1.5), To = start.AddHours(2.5) }, Cancel);

        Assert.Equal([_versions[2], _versions[1]], page.Periods.Select(p => p.Stable));
        Assert.Equal(start.AddHours(3), page.Periods[0].To);
    }

    private static (VersionReference, VersionReference?, VersionReference?, double?, long) Roles(DeploymentState state) =>
        (state.Stable.Reference, state.Previous?.Reference, state.Candidate?.Version.Reference, state.Candidate?.Weight, state.Revision);

    private static (VersionReference, VersionReference?, VersionReference?, double?, long) Roles(LivePeriod period) =>
        (period.Stable, period.Previous, period.Candidate, period.Weight, period.Revision);

    private Task<RolloutState> StartAsync(VersionReference version, RolloutPlan plan) =>
        Host.Rollouts.StartAsync(new RolloutRequest("live", version, plan, null, null), ReleaseHost.Alice, Cancel);

    // One of everything that changes a deployment; what its state does not allow is refused and changes nothing.
    private async Task DoAsync(Random random)
    {
        var version = _versions[random.Next(_versions.Count)];
        var active = await Host.Rollouts.FindActiveAsync("live", Cancel);
        try
        {
            switch (random.Next(8))
            {
                case 0:
                    await Host.DeployAsync("live", version, Cancel);
                    break;
                case 1:
                    await Host.Deployments.RollbackAsync("live", ReleaseHost.Bob, "back", Cancel);
                    break;
                case 2:
                    await StartAsync(version, Plans.BlueGreen);
                    break;
                case 3 when active is not null:
                    await Host.Rollouts.PromoteAsync(active.Id, ReleaseHost.Bob, null, Cancel);
                    break;
                case 4 when active is not null:
                    await Host.Rollouts.RollBackAsync(active.Id, ReleaseHost.Bob, null, Cancel);
                    break;
                case 5 when active is not null:
                    Host.Evidence.Write(active.Id, [Slots.At(2, Slots.Errors(active.Weight, (0, 300), (0, 300)))], Slots.End(2));
                    await Host.Rollouts.ReconcileAsync("live", Cancel);
                    break;
                default:
                    await StartAsync(version, Plans.Canary);
                    break;
            }
        }
        catch (SlipwayException exception) when (exception.Kind == ErrorKind.Conflict)
        {
        }
    }

    private async Task<List<LivePeriod>> PagesAsync(int limit)
    {
        var periods = new List<LivePeriod>();
        for (long? before = null; ;)
        {
            var page = await History.ListAsync("live", new HistoryQuery(limit) { Before = before }, Cancel);
            periods.AddRange(page.Periods);
            if ((before = page.Next) is null)
            {
                return periods;
            }
        }
    }

    private Task<int> AppendAsync(int count, Func<int, IEvent> happened) => Database.WriteAsync(
        async transaction =>
        {
            for (var i = 0; i < count; i++)
            {
                await transaction.AppendAsync(happened(i));
            }

            return 0;
        },
        Cancel);

    private sealed record AnotherThing(string Subject, Actor Actor) : IEvent;
}

public sealed class HistoryOnSqliteTests() : HistoryTests(postgreSql: false)
{
    [Fact]
    public async Task Moments_of_a_deployment_among_a_great_many_events_are_found_in_an_index()
    {
        // PostgreSQL chooses by how many rows there are, of which a test has few.
        Assert.SkipWhen(TestDatabase.IsPostgreSql, "A plan of SQLite.");
        var types = string.Join(", ", HistoryEvents.All.Types.Select(type => $"'{type}'"));
        var steps = await Database.ReadAsync(
            connection => connection.QueryAsync($"explain query plan select position from events where subject = 's' and type in ({types}) and at <= 'm' order by position desc limit 1"), Cancel);

        Assert.Equal("SEARCH events USING COVERING INDEX events_of_deployments (subject=?)", string.Join('\n', steps.Select(step => (string)step.detail)));
    }
}

public sealed class HistoryOnPostgreSqlTests() : HistoryTests(postgreSql: true);
