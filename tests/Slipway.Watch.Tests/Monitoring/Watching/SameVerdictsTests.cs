using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Watching;

namespace Slipway.Watch.Tests.Monitoring.Watching;

/// <summary>Whatever way the same rows come, and whatever happens to the process meanwhile.</summary>
public sealed class SameVerdictsTests(WatchFixture fixture)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_batch_or_a_thousand_give_the_same_verdicts_and_alerts()
    {
        var whole = await RunAsync(pieces: 1, settle: false);
        var cut = await RunAsync(pieces: 200, settle: false);

        Assert.Equal(Describe(await VerdictsAsync(whole)), Describe(await VerdictsAsync(cut)));
        Assert.Equal(Describe(await AlertsAsync(whole)), Describe(await AlertsAsync(cut)));
    }

    [Fact]
    public async Task Judging_after_every_batch_ends_with_the_same_verdicts()
    {
        var whole = await RunAsync(pieces: 1, settle: false);
        var often = await RunAsync(pieces: 20, settle: true);

        Assert.Equal(Describe(await VerdictsAsync(whole)), Describe(await VerdictsAsync(often)));
    }

    [Fact]
    public async Task A_restart_in_the_middle_gives_the_same_verdicts_and_alerts()
    {
        var straight = await RunAsync(pieces: 20, settle: true);
        var restarted = await RunAsync(pieces: 20, settle: true, restartEvery: 9);

        Assert.Equal(Describe(await VerdictsAsync(straight)), Describe(await VerdictsAsync(restarted)));
        Assert.Equal(Describe(await AlertsAsync(straight)), Describe(await AlertsAsync(restarted)));
    }

    [Fact]
    public async Task A_save_that_failed_is_made_up_for_by_the_next()
    {
        var deployment = Name();
        var watcher = await fixture.StartAsync(deployment);
        var (batch, outcomes) = new LineTraffic(deployment, WatchFixture.Line) { Bias = 2 }.Next(Start, TimeSpan.FromDays(1), 1200);
        watcher.Take(batch);
        watcher.Take(outcomes);
        await watcher.AdvanceAsync(Start.AddDays(1));
        await Assert.ThrowsAnyAsync<Exception>(() => watcher.SaveAsync(fails: true));
        Assert.Empty(await AlertsAsync(deployment));
        Assert.Empty(await fixture.Get<Storage.Events.IEventLog>().ReadSubjectAsync($"deployment/{deployment}", 10, Cancel));

        await watcher.SaveAsync();

        Assert.Single(await AlertsAsync(deployment));
        Assert.Single(await fixture.Get<Storage.Events.IEventLog>().ReadSubjectAsync($"deployment/{deployment}", 10, Cancel));
        Assert.Equal(24, (await VerdictsAsync(deployment)).Count);
    }

    [Fact]
    public async Task Rows_that_come_after_their_bucket_was_forgotten_are_added_to_what_was_stored()
    {
        var deployment = Name();
        var watcher = await fixture.StartAsync(deployment);
        var traffic = new LineTraffic(deployment, WatchFixture.Line);
        watcher.Take(traffic.Next(Start, TimeSpan.FromDays(8), 9600).Batch);
        await watcher.SettleAsync(Start.AddDays(8));
        await watcher.SettleAsync(Start.AddDays(8));

        var (late, outcomes) = traffic.Next(Start, TimeSpan.FromHours(1), 10);
        watcher.Take(late);
        watcher.Take(outcomes);
        await watcher.SettleAsync(Start.AddDays(8));

        var first = (await fixture.Get<Slipway.Monitoring.IMonitoring>().FindAsync(deployment, Start, Start.AddHours(1), Cancel))!.Points.Single();
        Assert.Equal((60, 60, 10), (first.Rows, first.Calls, first.Labels));
        Assert.Equal(1210, (await VerdictsAsync(deployment)).Single(verdict => verdict.At == Start.AddDays(1)).Rows);
    }

    [Fact]
    public async Task Rows_of_a_version_that_is_not_known_yet_are_not_saved_past()
    {
        var deployment = Name();
        var watcher = await fixture.StartAsync(deployment);
        watcher.Take(new LineTraffic(deployment, WatchFixture.Line).Next(Start, TimeSpan.FromHours(1), 10).Batch);

        await Assert.ThrowsAsync<InvalidOperationException>(() => watcher.SaveAsync());
    }

    private static string Name() => $"same-{Guid.NewGuid():N}";

    /// <summary>Five days of which the third has drift and bad labels, in so many pieces.</summary>
    private async Task<string> RunAsync(int pieces, bool settle, int restartEvery = int.MaxValue)
    {
        var deployment = Name();
        fixture.State(deployment, "{ window: 1 d }", "[colour]");
        var watcher = await fixture.StartAsync(deployment);
        var traffic = new LineTraffic(deployment, WatchFixture.Line);
        for (var day = 0; day < 5; day++)
        {
            (traffic.Shift, traffic.Bias) = day == 2 ? (4, 2) : (0, 0);
            var (batch, outcomes) = traffic.Next(Start.AddDays(day), TimeSpan.FromDays(1), 1200);
            var piece = 0;
            var taken = 0;
            foreach (var part in LineTraffic.Cut(batch, pieces))
            {
                watcher.Take(part);
                watcher.Take(outcomes.Skip(taken).Take(part.Rows));
                taken += part.Rows;
                if (settle)
                {
                    await watcher.SettleAsync(new DateTimeOffset(part.EventTimes[^1], TimeSpan.Zero));
                    watcher = ++piece % restartEvery == 0 ? await fixture.StartAsync(deployment) : watcher;
                }
            }
        }

        await watcher.SettleAsync(Start.AddDays(5));
        return deployment;
    }

    private static string[] Describe(IEnumerable<WindowVerdict> verdicts) =>
    [
        .. verdicts.Select(v => FormattableString.Invariant(
            $"{v.At:s} {v.Segment} {v.Rows} {v.DriftVerdict} {v.Quality?.Verdict} {v.Quality?.Value:F9} {v.Quality?.Low:F6} {string.Join(",", v.Drift.Select(d => $"{d.Column} {d.Verdict} {d.M} {d.Psi ?? 0:F9}"))}")),
    ];

    private static string[] Describe(IEnumerable<AlertState> alerts) =>
        [.. alerts.Select(a => $"{a.Monitor} {a.Subject} {a.Segment} {a.Firing} {a.FiredAt:s} {a.ResolvedAt:s} {a.Sentence}").Order(StringComparer.Ordinal)];

    private Task<IReadOnlyList<WindowVerdict>> VerdictsAsync(string deployment) => fixture.Get<VerdictStore>().ReadAsync(deployment, null, null, 10_000, Cancel);

    private Task<IReadOnlyList<AlertState>> AlertsAsync(string deployment) => fixture.Get<AlertStore>().ListAsync(deployment, firingOnly: false, 1000, Cancel);
}
