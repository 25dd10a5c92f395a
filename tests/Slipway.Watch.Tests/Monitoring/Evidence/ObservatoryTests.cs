using System.Net;
using Slipway.Core.Projects;
using Slipway.Rollouts.Releases;
using Slipway.Watch.Tests.Monitoring.Outcomes;

namespace Slipway.Watch.Tests.Monitoring.Evidence;

/// <summary>Effects and the place in the log are saved together, so a process may end between any two steps.</summary>
public sealed class ObservatoryTests : IAsyncLifetime
{
    private WatchHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await WatchHost.StartAsync(Cancel);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    public enum Kill
    {
        Never,
        BeforeHandOver,
        BeforeSave,
        InSave,
        AfterSave,
    }

    [Theory]
    [InlineData(Kill.BeforeHandOver)]
    [InlineData(Kill.BeforeSave)]
    [InlineData(Kill.InSave)]
    [InlineData(Kill.AfterSave)]
    public async Task A_kill_between_any_two_steps_changes_no_counter(Kill kill)
    {
        var expected = await RunAsync(Kill.Never);
        await _host.DisposeAsync();
        _host = await WatchHost.StartAsync(Cancel);

        Assert.Equal(expected, await RunAsync(kill));
        Assert.Contains("absolute_error", expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outcomes_that_were_kept_and_not_joined_are_joined_by_the_next_process()
    {
        Record(null, "10:00", new Row("a"));
        await _host.PostAsync("outcomes", """[{"id":"a","label":1}]""", HttpStatusCode.OK, Cancel);
        _host = await _host.KillAsync(Cancel);
        await _host.SendAsync("[]", Cancel);
        Assert.Equal("a", Assert.Single(_host.Watcher.Outcomes).PredictionId);
    }

    [Fact]
    public async Task A_save_that_fails_is_said_to_who_waits_and_done_the_next_time()
    {
        var rollout = Start();
        Record(rollout, "10:00", new Row("a"));
        Record(rollout, "11:00", new Row("b"));
        _host.Watcher.SaveFailure = new IOException("The disk is full.");
        var problem = await _host.PostAsync("outcomes?settle=true", """[{"id":"a","label":1}]""", HttpStatusCode.ServiceUnavailable, Cancel);
        Assert.Contains("The disk is full.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(_host.Releases.Reconciled);
        Assert.Empty(await _host.Evidence.ReadAsync(rollout.Id, null, Cancel));

        _host.Watcher.SaveFailure = null;
        await _host.PostAsync("settle", "", HttpStatusCode.NoContent, Cancel);
        Assert.Equal(["bikes"], _host.Releases.Reconciled);
        Assert.Single(await _host.Evidence.ReadAsync(rollout.Id, null, Cancel));
        Assert.Equal(1, (await _host.FiguresAsync(Cancel)).Joined);
        Assert.Equal(["a", "b"], _host.Watcher.Ids);
    }

    [Fact]
    public async Task A_deployment_that_fails_stops_no_other()
    {
        Record(null, "10:00", new Row("a"));
        _host.Log.Record(new Rows(new Row("b")) { Deployment = "scooters" }.ToBatch(_host.Time.GetUtcNow()));
        _host.Watcher.FailsFor = "bikes";
        _host.Releases.OnReconcile = name => name == "bikes" ? throw new InvalidOperationException("The test fails bikes.") : Task.CompletedTask;
        await _host.SendAsync("""[{"id":"a","label":1}]""", Cancel);

        Assert.Equal(["b"], _host.Watcher.Ids);
        Assert.Equal(["scooters"], _host.Watcher.Advanced);
        Assert.Equal(["bikes", "scooters"], _host.Releases.Reconciled.Order());
        Assert.Equal(1, (await _host.FiguresAsync(Cancel)).Joined);
    }

    [Fact]
    public async Task What_cannot_be_read_now_holds_up_its_deployment_and_is_taken_in_order_later()
    {
        var rollout = Start();
        _host.Releases.FindFailure = new IOException("The disk hums.");
        Record(rollout, "10:00", new Row("a"));
        Record(null, "10:10", new Row("b"));
        _host.Log.Record(new Rows(new Row("c")) { Deployment = "scooters" }.ToBatch(_host.Time.GetUtcNow()));
        await _host.SendAsync("""[{"id":"a","label":1}]""", Cancel);
        Assert.Equal(["c"], _host.Watcher.Ids);
        Assert.Empty(_host.Watcher.Outcomes);

        _host.Releases.FindFailure = null;
        Record(rollout, "11:00", new Row("d"));
        await _host.SendAsync("[]", Cancel);
        Assert.Equal(["c", "a", "b", "d"], _host.Watcher.Ids);
        Assert.Equal("a", Assert.Single(_host.Watcher.Outcomes).PredictionId);
        Assert.Equal(1, Assert.Single(await _host.Evidence.ReadAsync(rollout.Id, null, Cancel)).Counts[0].Stable[0]);
    }

    [Fact]
    public async Task An_outcome_whose_rollout_cannot_be_read_is_taken_once_later()
    {
        Record(Start(), "10:00", new Row("a"), new Row("b"));
        await _host.SendAsync("[]", Cancel);
        _host.Releases.Start([], []);
        _host = await _host.KillAsync(Cancel);
        _host.Releases.FindFailure = new IOException("The disk hums.");
        await _host.SendAsync("""[{"id":"a","label":1},{"id":"b","label":1}]""", Cancel);
        Assert.Empty(_host.Watcher.Outcomes);

        _host.Releases.FindFailure = null;
        await _host.SendAsync("[]", Cancel);
        Assert.Equal(["a", "b"], _host.Watcher.Outcomes.Select(o => o.PredictionId));
        Assert.Equal(2, (await _host.FiguresAsync(Cancel)).Joined);
    }

    [Fact]
    public async Task Rollouts_see_what_was_saved_and_only_where_something_changed()
    {
        var rollout = Start();
        var seen = 0;
        _host.Releases.OnReconcile = async _ => seen = (await _host.Evidence.ReadAsync(rollout.Id, null, Cancel)).Count;
        Record(rollout, "10:00", new Row("a"));
        Record(rollout, "11:00", new Row("b"));
        await _host.SendAsync("[]", Cancel);
        Assert.Equal(1, seen);

        await _host.SendAsync("[]", Cancel);
        Assert.Single(_host.Releases.Reconciled);
        await _host.SendAsync("""[{"id":"b","label":1}]""", Cancel);
        Assert.Equal(2, _host.Releases.Reconciled.Count);
    }

    [Fact]
    public async Task The_clock_of_a_replay_goes_on_after_a_restart()
    {
        Record(null, "10:00", new Row("a"));
        await _host.SendAsync("[]", Cancel);
        _host = await _host.KillAsync(Cancel);
        Assert.Equal(Time("10:00"), _host.Clock.Now("bikes"));
    }

    // The steps of one life, and what is counted at its end.
    private async Task<string> RunAsync(Kill kill)
    {
        var rollout = Start();
        Record(rollout, "10:00", new Row("a") { Key = "ann" }, new Row("b", Score: 3.3) { Key = "bob" });
        await _host.SendAsync($$"""[{{Label("a", "10:10")}},{{Label("early", "10:20")}}]""", Cancel);

        Record(rollout, "11:30", new Row("c") { Key = "ann", Failed = true }, new Row("d", Score: 7.7), new Row("early"));
        await _host.PostAsync("outcomes", $$"""[{{Label("b", "11:40")}},{{Label("d", "11:50")}},{{Label("lost", "11:50")}}]""", HttpStatusCode.OK, Cancel);
        switch (kill)
        {
            case Kill.BeforeSave:
                await _host.Log.HandOverAsync(Cancel);
                break;
            case Kill.InSave:
                _host.Watcher.SaveFailure = new IOException("The process ends here.");
                await _host.Log.DrainAsync(Cancel);
                break;
            case Kill.AfterSave:
                _host.Releases.OnReconcile = _ => throw new InvalidOperationException("The process ends here.");
                await _host.Log.DrainAsync(Cancel);
                _host.Releases.OnReconcile = null;
                break;
        }

        if (kill != Kill.Never)
        {
            _host = await _host.KillAsync(Cancel);
        }

        await _host.Log.DrainAsync(Cancel);
        Record(rollout, "13:00", new Row("e") { Key = "ann" }, new Row("f") { Key = "bob" });
        await _host.SendAsync($$"""[{{Label("f", "13:00")}}]""", Cancel);
        Record(rollout, "15:00", new Row("end"));
        await _host.SendAsync("[]", Cancel);

        var slots = await _host.Evidence.ReadAsync(rollout.Id, null, Cancel);
        return string.Join('\n', slots.SelectMany(s => s.Counts.Select(c => $"{s.End:t} {c.Metric} {c.Segment}: {string.Join(' ', c.Stable.OrderBy(b => b.Key))}")))
            + $"\n{await _host.FiguresAsync(Cancel)}";
    }

    private static DateTimeOffset Time(string clock) => Rows.At($"2012-05-03T{clock}:00Z");

    private static string Label(string id, string clock) => $$"""{"id":"{{id}}","label":4.5,"time":"2012-05-03T{{clock}}:00Z"}""";

    private RolloutState Start() => _host.Releases.Start(
        [new Guardrail("error_rate", new Margin(0.005, false), 0, 1), new Guardrail("absolute_error", new Margin(0.04, false), 0, 100)], "temp");

    private void Record(RolloutState? rollout, string clock, params Row[] rows) =>
        _host.Log.Record(new Rows([.. rows.Select(r => r with { At = Time(clock) })]) { Rollout = rollout?.Id }.ToBatch(_host.Time.GetUtcNow()));
}
