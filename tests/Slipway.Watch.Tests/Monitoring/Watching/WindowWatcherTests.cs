using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Watching;
using Slipway.Statistics.Drift;
using Slipway.Storage.Events;

namespace Slipway.Watch.Tests.Monitoring.Watching;

/// <summary>What windows say of the line: 1 d long, in buckets of an hour. Its rmse is about 0.6.</summary>
public sealed class WindowWatcherTests(WatchFixture fixture)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private readonly string _deployment = $"line-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Traffic_like_the_training_data_is_ok_and_nothing_fires()
    {
        await RunAsync(new LineTraffic(_deployment, WatchFixture.Line), days: 2);

        var verdict = await LastAsync();
        Assert.Equal(DriftVerdict.Ok, verdict.DriftVerdict);
        Assert.Equal("ok", verdict.Quality!.Verdict);
        Assert.Equal(["x", "colour", "prediction"], verdict.Drift.Select(column => column.Column));
        Assert.Equal(1200, verdict.Rows);
        Assert.Equal(1, verdict.Quality.Coverage);
        Assert.Empty(await AlertsAsync());
    }

    [Fact]
    public async Task An_input_that_moves_fires_one_alert_a_column_which_stays_and_is_over_when_it_is_back()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line);
        var watcher = await RunAsync(traffic, days: 1);
        traffic.Shift = 4;
        await RunAsync(traffic, days: 2, Start + Day, watcher);

        var alerts = await AlertsAsync();
        Assert.Equal(["prediction", "x"], alerts.Select(alert => alert.Subject).Order());
        var x = alerts.Single(alert => alert.Subject == "x");
        Assert.True(x.Firing);
        Assert.StartsWith("x drifted: ", x.Sentence, StringComparison.Ordinal);
        Assert.Contains("; mean ", x.Sentence, StringComparison.Ordinal);

        traffic.Shift = 0;
        await RunAsync(traffic, days: 2, Start + (3 * Day), watcher);

        Assert.All(await AlertsAsync(), alert => Assert.False(alert.Firing));
        Assert.Equal(["AlertFired", "AlertFired", "AlertResolved", "AlertResolved"], await EventsAsync());
    }

    [Fact]
    public async Task Lost_quality_fires_with_interval_limit_and_the_input_that_moved()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line) { Shift = 4 };
        var watcher = await RunAsync(traffic, days: 1);
        traffic.Bias = 2;
        await RunAsync(traffic, days: 1, Start + Day, watcher);

        var alert = (await AlertsAsync()).Single(alert => alert.Monitor == "performance");
        Assert.Matches(@"^rmse [\d.]+ \(95 % interval [\d.]+ to [\d.]+\) is worse than 0\.\d+, its limit; (x|prediction) moved most: PSI [\d.]+, mean [\d.]+ → [\d.]+$", alert.Sentence);
        Assert.Equal("worse", (await LastAsync()).Quality!.Verdict);
    }

    [Fact]
    public async Task Labels_that_come_days_later_judge_their_windows_again()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line) { Bias = 2 };
        var watcher = await fixture.StartAsync(_deployment);
        var (batch, outcomes) = traffic.Next(Start, Day, 1200);
        watcher.Take(batch);
        await watcher.SettleAsync(Start + Day);
        traffic.Bias = 0;
        var (more, _) = traffic.Next(Start + Day, 5 * Day, 6000);
        watcher.Take(more);
        await watcher.SettleAsync(Start + (6 * Day));
        Assert.Null((await VerdictAsync(Start + Day)).Quality);

        watcher.Take(outcomes);
        await watcher.SettleAsync(Start + (6 * Day));

        Assert.Equal("worse", (await VerdictAsync(Start + Day)).Quality!.Verdict);
        Assert.Equal(1200, (await VerdictAsync(Start + Day)).Quality!.Labels);
        Assert.True((await AlertsAsync()).Single().Firing);
        var point = (await fixture.Get<Slipway.Monitoring.IMonitoring>().FindAsync(_deployment, Start, Start + TimeSpan.FromHours(1), Cancel))!.Points.Single();
        Assert.Equal((50, 50, 1), (point.Rows, point.Labels, point.Revision));
        Assert.InRange(point.Quality!.Value, 1.5, 2.5);
    }

    [Fact]
    public async Task Few_labels_tell_nothing_and_leave_an_alert_as_it_is()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line) { Bias = 2 };
        var watcher = await RunAsync(traffic, days: 1);
        traffic.Bias = 0;
        var (batch, outcomes) = traffic.Next(Start + Day, Day, 1200);
        watcher.Take(batch);
        watcher.Take(outcomes.Take(20));
        await watcher.SettleAsync(Start + (2 * Day));

        Assert.Equal("insufficient data", (await LastAsync()).Quality!.Verdict);
        Assert.True((await AlertsAsync()).Single().Firing);
    }

    [Fact]
    public async Task One_error_of_three_calls_is_no_alarm_and_thirty_of_three_hundred_are()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line);
        var watcher = await fixture.StartAsync(_deployment);
        watcher.Take(traffic.Next(Start, TimeSpan.FromHours(1), rows: 2, failed: 1).Batch);
        await watcher.SettleAsync(Start + TimeSpan.FromHours(1));
        Assert.Empty(await AlertsAsync());

        watcher.Take(traffic.Next(Start + TimeSpan.FromHours(1), TimeSpan.FromHours(1), rows: 270, failed: 30).Batch);
        await watcher.SettleAsync(Start + TimeSpan.FromHours(2));

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal(("errors", "31 of 303 calls failed (10.23 %); the limit is 1 %"), (alert.Monitor, alert.Sentence));
    }

    [Fact]
    public async Task Slow_answers_fire_by_their_percentile()
    {
        fixture.State(_deployment, "{ latency: { p95: \"< 100 ms\" } }");
        await RunAsync(new LineTraffic(_deployment, WatchFixture.Line) { Milliseconds = 150 }, days: 1);

        var alert = (await AlertsAsync()).Single();
        Assert.Equal(("latency", "p95"), (alert.Monitor, alert.Subject));
        Assert.Matches(@"^p95 is 1(49|5[01])(\.\d+)? ms over [\d,]+ calls; the limit is 100 ms$", alert.Sentence);
    }

    [Fact]
    public async Task A_window_without_traffic_is_noted_once_and_changes_no_alert()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line) { Bias = 2 };
        var watcher = await RunAsync(traffic, days: 1);

        await watcher.SettleAsync(Start.AddYears(20));

        var verdicts = await VerdictsAsync();
        Assert.Equal(0, verdicts[^1].Rows);
        Assert.Equal(Start + (2 * Day), verdicts[^1].At);
        Assert.True((await AlertsAsync()).Single().Firing);
    }

    [Fact]
    public async Task Another_stable_version_ends_the_alerts_of_the_one_before()
    {
        var watcher = await RunAsync(new LineTraffic(_deployment, WatchFixture.Line) { Bias = 2 }, days: 1);

        watcher.Take(new LineTraffic(_deployment, WatchFixture.Finished).Next(Start + Day, TimeSpan.FromHours(1), 50).Batch);
        await watcher.SettleAsync(Start + Day + TimeSpan.FromHours(1));

        Assert.False((await AlertsAsync()).Single().Firing);
        var events = await fixture.Get<IEventLog>().ReadSubjectAsync($"deployment/{_deployment}", 10, Cancel);
        Assert.Contains("1.0.0 took over", events[^1].Data, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_candidate_is_counted_and_not_judged()
    {
        var watcher = await RunAsync(new LineTraffic(_deployment, WatchFixture.Line), days: 1);

        watcher.Take(new LineTraffic(_deployment, WatchFixture.Finished) { Role = "candidate", Shift = 9 }.Next(Start + Day, TimeSpan.FromHours(1), 500).Batch);
        await watcher.SettleAsync(Start + Day + TimeSpan.FromHours(1));

        Assert.All(await VerdictsAsync(), verdict => Assert.Equal("line@1.0.0", verdict.Version));
        Assert.Contains((await fixture.Get<Slipway.Monitoring.IMonitoring>().FindAsync(_deployment, null, null, Cancel))!.Points, point => point.Role == "candidate");
    }

    [Fact]
    public async Task Segments_are_judged_against_their_own_part_of_the_training_data()
    {
        fixture.State(_deployment, "{ window: 1 d }", "[colour]");
        var traffic = new LineTraffic(_deployment, WatchFixture.Line);
        await RunAsync(traffic, days: 1);

        var last = (await VerdictsAsync()).TakeLast(3).ToArray();
        Assert.Equal(["", "colour=blue", "colour=red"], last.Select(verdict => verdict.Segment));
        Assert.All(last, verdict => Assert.Equal((DriftVerdict.Ok, "ok"), (verdict.DriftVerdict, verdict.Quality!.Verdict)));
        Assert.Equal(last[0].Rows, last[1].Rows + last[2].Rows);
    }

    [Theory]
    [InlineData("text", "x drifted: missing 0 % → 100 %")]
    [InlineData("missing", "x drifted: missing 0 % → 100 %")]
    [InlineData("gone", "x drifted: missing 0 % → 100 %")]
    [InlineData("constant", "x drifted: PSI")]
    public async Task A_column_that_turns_bad_drifts(string how, string sentence)
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line);
        var watcher = await fixture.StartAsync(_deployment);
        var (batch, outcomes) = traffic.Next(Start, Day, 1200);
        LoggedColumn[] x = how switch
        {
            "text" => [new TextValues("x", [.. Enumerable.Repeat("eleven", 1200)])],
            "missing" => [new NumberValues("x", [.. Enumerable.Repeat(double.NaN, 1200)])],
            "constant" => [new NumberValues("x", [.. Enumerable.Repeat(5.0, 1200)])],
            _ => [],
        };
        watcher.Take(batch with { Inputs = [.. x, batch.Inputs[1]] });
        watcher.Take(outcomes);
        await watcher.SettleAsync(Start + Day);

        var alert = (await AlertsAsync()).Single(alert => alert.Subject == "x");
        Assert.StartsWith(sentence, alert.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_categories_are_named_as_new()
    {
        await RunAsync(new LineTraffic(_deployment, WatchFixture.Line) { Colour = colour => colour == "red" ? "green" : colour }, days: 1);

        Assert.Matches(@"^colour drifted: PSI .*; [45]\d(\.\d)? % of the values are new$", (await AlertsAsync()).Single().Sentence);
    }

    [Fact]
    public async Task A_number_that_comes_as_text_is_still_that_number()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Line);
        var watcher = await fixture.StartAsync(_deployment);
        var (batch, _) = traffic.Next(Start, Day, 1200);
        var texts = Array.ConvertAll(((NumberValues)batch.Inputs[0]).Values, x => (string?)x.ToString(System.Globalization.CultureInfo.InvariantCulture));
        watcher.Take(batch with { Inputs = [new TextValues("x", texts), batch.Inputs[1]] });
        await watcher.SettleAsync(Start + Day);

        Assert.Equal(DriftVerdict.Ok, (await LastAsync()).DriftVerdict);
    }

    [Fact]
    public async Task A_version_without_training_data_is_compared_with_its_first_full_window()
    {
        var traffic = new LineTraffic(_deployment, WatchFixture.Finished);
        var watcher = await RunAsync(traffic, days: 4);
        Assert.Equal(DriftVerdict.InsufficientData, (await VerdictAsync(Start + Day)).DriftVerdict);
        Assert.Equal((DriftVerdict.Ok, "ok"), ((await LastAsync()).DriftVerdict, (await LastAsync()).Quality!.Verdict));

        traffic.Shift = 4;
        traffic.Bias = 2;
        watcher = await fixture.StartAsync(_deployment);
        await RunAsync(traffic, days: 1, Start + (4 * Day), watcher);

        Assert.Equal(["prediction", "rmse", "x"], (await AlertsAsync()).Select(alert => alert.Subject).Order());
    }

    private async Task<TestWatcher> RunAsync(LineTraffic traffic, int days, DateTimeOffset? from = null, TestWatcher? watcher = null)
    {
        watcher ??= await fixture.StartAsync(_deployment);
        for (var day = 0; day < days; day++)
        {
            var start = (from ?? Start) + (day * Day);
            var (batch, outcomes) = traffic.Next(start, Day, 1200);
            watcher.Take(batch);
            watcher.Take(outcomes);
            await watcher.SettleAsync(start + Day);
        }

        return watcher;
    }

    private Task<IReadOnlyList<WindowVerdict>> VerdictsAsync() => fixture.Get<VerdictStore>().ReadAsync(_deployment, null, null, 10_000, Cancel);

    private async Task<WindowVerdict> LastAsync() => (await VerdictsAsync())[^1];

    private async Task<WindowVerdict> VerdictAsync(DateTimeOffset at) => (await VerdictsAsync()).Single(verdict => verdict.At == at);

    private Task<IReadOnlyList<AlertState>> AlertsAsync() => fixture.Get<Slipway.Monitoring.IMonitoring>().ListAlertsAsync(_deployment, firingOnly: false, 100, Cancel);

    private async Task<string[]> EventsAsync() => [.. (await fixture.Get<IEventLog>().ReadSubjectAsync($"deployment/{_deployment}", 100, Cancel)).Select(happened => happened.Type)];
}
