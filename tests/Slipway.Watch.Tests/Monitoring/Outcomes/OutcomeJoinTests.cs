using Slipway.Monitoring.Outcomes;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>Truths find their predictions, whichever comes first and however far apart.</summary>
public sealed class OutcomeJoinTests : IAsyncLifetime
{
    private WatchHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await WatchHost.StartAsync(Cancel, new OutcomesOptions { RecentRows = 5 });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_outcome_comes_with_its_predictions_source_time_scores_and_segments()
    {
        _host.Releases.Segments.Add("temp");
        Record(new Rows(new Row("a", Score: 12.5) { At = Rows.At("2012-05-03T14:00:00Z"), Temp = 1, Segment = "mobile" }) { Segments = ["device"] });
        await _host.SendAsync("""[{"id":"a","label":16,"time":"2012-05-03T15:30:00+01:00"}]""", Cancel);

        var outcome = Assert.Single(_host.Watcher.Outcomes);
        Assert.Equal(StatedReleases.Stable, outcome.Source.Version);
        Assert.Equal(Rows.At("2012-05-03T14:00:00Z"), outcome.PredictedAt);
        Assert.Equal(Rows.At("2012-05-03T14:30:00Z"), outcome.KnownAt);
        Assert.Equal("16", outcome.Label);
        Assert.Equal([12.5], outcome.Scores);
        Assert.Equal([new("device", "mobile"), new("temp", "1")], outcome.Segments);
    }

    [Fact]
    public async Task Without_a_time_the_arrival_counts_and_in_a_replay_the_replays_now()
    {
        Record(new Rows(new Row("live")));
        _host.Time.Advance(TimeSpan.FromHours(1));
        await _host.SendAsync("""[{"id":"live","label":1}]""", Cancel);
        Assert.Equal(_host.Time.GetUtcNow(), _host.Watcher.Outcomes[^1].KnownAt);

        _host.Releases.Deployments.Add("replayed");
        Record(new Rows(new Row("old") { At = Rows.At("2012-05-03T14:00:00Z") }, new Row("newer") { At = Rows.At("2012-06-01T00:00:00Z") }) { Deployment = "replayed" });
        await _host.PostAsync("outcomes?settle=true", """[{"id":"old","label":1}]""", System.Net.HttpStatusCode.OK, Cancel, deployment: "replayed");
        Assert.Equal(Rows.At("2012-06-01T00:00:00Z"), _host.Watcher.Outcomes[^1].KnownAt);
    }

    [Fact]
    public async Task A_truth_from_before_its_prediction_is_joined_at_the_predictions_time_and_counted_as_early()
    {
        Record(new Rows(new Row("a") { At = Rows.At("2012-05-03T14:00:00Z") }));
        await _host.SendAsync("""[{"id":"a","label":1,"time":"2012-05-03T13:00:00Z"}]""", Cancel);

        Assert.Equal(Rows.At("2012-05-03T14:00:00Z"), Assert.Single(_host.Watcher.Outcomes).KnownAt);
        Assert.Equal(1, (await _host.FiguresAsync(Cancel)).Early);
    }

    [Fact]
    public async Task Nobody_knows_a_truth_after_having_sent_it()
    {
        Record(new Rows(new Row("a")));
        await _host.SendAsync("""[{"id":"a","label":1,"time":"2099-01-01"}]""", Cancel);
        Assert.Equal(_host.Time.GetUtcNow(), Assert.Single(_host.Watcher.Outcomes).KnownAt);
    }

    [Fact]
    public async Task Years_late_is_joined_and_counted_as_late()
    {
        Record(new Rows(new Row("old") { At = Rows.At("2012-05-03T14:00:00Z") }));
        Record(new Rows(new Row("now") { At = Rows.At("2014-05-03T14:00:00Z") }));
        await _host.SendAsync("""[{"id":"old","label":1},{"id":"now","label":1}]""", Cancel);

        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((2, 1), (figures.Joined, figures.Late));
    }

    [Fact]
    public async Task What_comes_before_its_prediction_waits_for_it_and_holds_up_nobody()
    {
        await _host.SendAsync("""[{"id":"later","label":1},{"id":"never","label":2}]""", Cancel);
        Assert.Equal(2, (await _host.FiguresAsync(Cancel)).Waiting);

        Record(new Rows(new Row("x"), new Row("later")));
        await _host.SendAsync("""[{"id":"x","label":3}]""", Cancel);

        Assert.Equal(["later", "x"], _host.Watcher.Outcomes.Select(o => o.PredictionId));
        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((2, 1), (figures.Joined, figures.Waiting));
    }

    [Fact]
    public async Task What_waits_survives_a_restart()
    {
        await _host.SendAsync("""[{"id":"later","label":1}]""", Cancel);
        _host = await _host.KillAsync(Cancel);
        Record(new Rows(new Row("later")));
        await _host.SendAsync("[]", Cancel);
        Assert.Equal("later", Assert.Single(_host.Watcher.Outcomes).PredictionId);
    }

    [Fact]
    public async Task After_a_week_without_a_prediction_an_outcome_is_unknown_and_stays_so()
    {
        await _host.SendAsync("""[{"id":"lost","label":1}]""", Cancel);
        _host.Time.Advance(TimeSpan.FromDays(7));
        await _host.SendAsync("[]", Cancel);
        Assert.Equal((1, 0), await WaitingAndUnknownAsync());

        _host.Time.Advance(TimeSpan.FromMinutes(1));
        await _host.SendAsync("[]", Cancel);
        Assert.Equal((0, 1), await WaitingAndUnknownAsync());

        Record(new Rows(new Row("lost")));
        await _host.SendAsync("""[{"id":"lost","label":1}]""", Cancel);
        Assert.Empty(_host.Watcher.Outcomes);
        Assert.Equal((0, 1), await WaitingAndUnknownAsync());
    }

    [Fact]
    public async Task Predictions_that_have_left_the_memory_are_found_in_the_log()
    {
        Record(new Rows(new Row("a"), new Row("b"), new Row("c")));
        Record(new Rows(new Row("d"), new Row("e"), new Row("f")));
        _host.Log.Finish();
        await _host.SendAsync("""[{"id":"f","label":1},{"id":"a","label":2},{"id":"e","label":3}]""", Cancel);
        Assert.Equal(["f", "a", "e"], _host.Watcher.Outcomes.Select(o => o.PredictionId));
        Assert.Equal(1, _host.Log.Searches);
    }

    [Fact]
    public async Task What_has_left_the_memory_before_its_chunk_could_be_searched_is_found_a_minute_later()
    {
        Record(new Rows(new Row("a"), new Row("b"), new Row("c")));
        Record(new Rows(new Row("d"), new Row("e"), new Row("f")));
        await _host.SendAsync("""[{"id":"a","label":2}]""", Cancel);
        Assert.Equal(1, (await _host.FiguresAsync(Cancel)).Waiting);

        _host.Log.Finish();
        _host.Time.Advance(TimeSpan.FromMinutes(1));
        await _host.SendAsync("[]", Cancel);
        Assert.Equal("a", Assert.Single(_host.Watcher.Outcomes).PredictionId);
        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((1, 0), (figures.Joined, figures.Waiting));
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_loses_no_outcome()
    {
        Record(new Rows(new Row("a")));
        await _host.SendAsync("[]", Cancel);
        _host = await _host.KillAsync(Cancel);
        _host.Log.SearchFailure = new IOException("The disk hums.");
        await _host.SendAsync("""[{"id":"a","label":2}]""", Cancel);
        Assert.Empty(_host.Watcher.Outcomes);

        _host.Log.SearchFailure = null;
        _host.Time.Advance(TimeSpan.FromMinutes(1));
        await _host.SendAsync("[]", Cancel);
        Assert.Equal("a", Assert.Single(_host.Watcher.Outcomes).PredictionId);
    }

    [Fact]
    public async Task A_prediction_that_is_sent_again_counts_once()
    {
        Record(new Rows(new Row("a", Score: 1), new Row("b"), new Row("b")) { Segments = ["device"] });
        Record(new Rows(new Row("a", Score: 2), new Row("c") { Temp = 7 }) { Candidate = true });
        await _host.SendAsync("""[{"id":"a","label":5}]""", Cancel);

        Assert.Equal(["a", "b", "c"], _host.Watcher.Ids);
        Assert.Equal([1.0], Assert.Single(_host.Watcher.Outcomes).Scores);
        Assert.Equal([7.0], Assert.IsType<Slipway.Monitoring.Log.NumberValues>(_host.Watcher.Batches[^1].Inputs[0]).Values);
    }

    [Fact]
    public async Task A_call_that_failed_is_no_prediction_and_its_second_try_is_the_first()
    {
        Record(new Rows(new Row("a") { Failed = true }));
        Record(new Rows(new Row("a", Score: 3)));
        await _host.SendAsync("""[{"id":"a","label":5}]""", Cancel);
        Assert.Equal(["a", "a"], _host.Watcher.Ids);
        Assert.Equal([3.0], Assert.Single(_host.Watcher.Outcomes).Scores);
    }

    [Fact]
    public async Task A_label_that_does_not_fit_is_counted_and_said_once()
    {
        Record(new Rows(new Row("a"), new Row("b")));
        await _host.SendAsync("""[{"id":"a","label":"many"},{"id":"b","label":"few"}]""", Cancel);

        var standing = await _host.GetAsync("outcomes", Cancel);
        Assert.Equal(2, standing.GetProperty("unfit").GetInt32());
        Assert.Equal("The label 'many' does not fit bike-demand@1.0.0, whose labels are a number: it counts in no metric.", standing.GetProperty("unfitSentence").GetString());
    }

    [Fact]
    public async Task A_deployments_outcomes_are_not_anothers()
    {
        _host.Releases.Deployments.Add("scooters");
        Record(new Rows(new Row("a")));
        await _host.PostAsync("outcomes?settle=true", """[{"id":"a","label":1}]""", System.Net.HttpStatusCode.OK, Cancel, deployment: "scooters");
        Assert.Empty(_host.Watcher.Outcomes);
        await _host.SendAsync("""[{"id":"a","label":2}]""", Cancel);
        Assert.Equal("2", Assert.Single(_host.Watcher.Outcomes).Label);
    }

    private void Record(Rows rows) => _host.Log.Record(rows.ToBatch(_host.Time.GetUtcNow()));

    private async Task<(long Waiting, long Unknown)> WaitingAndUnknownAsync()
    {
        var figures = await _host.FiguresAsync(Cancel);
        return (figures.Waiting, figures.Unknown);
    }
}
