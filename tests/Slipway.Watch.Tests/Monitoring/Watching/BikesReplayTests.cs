using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Slipway.Core;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;

namespace Slipway.Watch.Tests.Monitoring.Watching;

/// <summary>A model of the first half of 2011 meets the rest of two years, ten days at a time, as a replay sends it.</summary>
public sealed class BikesReplayTests(WatchFixture fixture)
{
    private readonly string _deployment = $"bikes-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_seasons_drift_the_demand_grows_and_both_are_found()
    {
        fixture.State(_deployment, "{ window: 30 d, performance: { metric: rmse, degradation: 5% } }", "[workingday]", "bike-demand");
        var watcher = await fixture.StartAsync(_deployment);
        foreach (var bikes in Bike.Read().Chunk(240))
        {
            Replay(watcher, bikes);
            await watcher.SettleAsync(bikes[^1].At.AddHours(1));
        }

        var watch = (await fixture.Http.GetFromJsonAsync<DeploymentWatch>($"/api/v1/deployments/{_deployment}/watch?from=2012-06-01T00:00:00Z", SlipwayJson.Options, Cancel))!;
        Assert.Equal((TimeSpan.FromDays(1), TimeSpan.FromDays(30), "rmse"), (watch.Bucket, watch.Window, watch.Metric));
        var last = watch.Verdicts.Last(verdict => verdict.Segment.Length == 0);
        Assert.Equal(("worse", 0.05), (last.Quality!.Verdict, Math.Round((last.Quality.Limit / last.Quality.Baseline) - 1, 6)));
        Assert.Equal(10, last.Drift.Count + 1);

        var alerts = (await fixture.Http.GetFromJsonAsync<AlertState[]>($"/api/v1/alerts?deployment={_deployment}&limit=1000", SlipwayJson.Options, Cancel))!;
        Assert.Contains(alerts, alert => alert is { Monitor: "drift", Subject: "temp", Segment: "" });
        Assert.Contains(alerts, alert => alert is { Monitor: "performance", Subject: "rmse", Segment: "", Firing: true });
        Assert.Contains(alerts, alert => alert is { Monitor: "drift", Segment: "workingday=1" });
        Assert.DoesNotContain(alerts, alert => alert.Subject == "hr");
    }

    [Fact]
    public async Task Who_asks_for_what_is_not_there_is_told()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await fixture.Http.GetAsync("/api/v1/deployments/nobody/watch", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.Http.GetAsync("/api/v1/alerts?limit=0", Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await fixture.Http.GetAsync("/api/v1/deployments/nobody/watch?from=2012-01-02&to=2012-01-01", Cancel)).StatusCode);
    }

    private void Replay(TestWatcher watcher, Bike[] bikes)
    {
        var source = new PredictionSource(_deployment, WatchFixture.Bikes, "stable", null, 0);
        var at = Array.ConvertAll(bikes, bike => bike.At.UtcTicks);
        var answers = Array.ConvertAll(bikes, bike => bike.Inputs["hr"] is >= 7 and <= 20 ? 200.0 : 30.0);
        watcher.Take(new PredictionBatch
        {
            Source = source,
            Rows = bikes.Length,
            Ids = [.. at.Select(ticks => ticks.ToString(CultureInfo.InvariantCulture))],
            EventTimes = at,
            Arrivals = at,
            Milliseconds = [.. bikes.Select(_ => 3.0)],
            Failed = new bool[bikes.Length],
            Keys = new string?[bikes.Length],
            Units = new ulong[bikes.Length],
            Segments = new Dictionary<string, string?[]>(),
            Inputs = [.. bikes[0].Inputs.Keys.Select(name => new NumberValues(name, Array.ConvertAll(bikes, bike => bike.Inputs[name])))],
            Outputs = [new NumberValues("cnt", answers)],
        });
        watcher.Take(bikes.Select((bike, i) => new JoinedOutcome(
            source, at[i].ToString(CultureInfo.InvariantCulture), 0, bike.At, bike.At, bike.Count.ToString(CultureInfo.InvariantCulture), [answers[i]],
            bike.Inputs.ToDictionary(input => input.Key, input => input.Value.ToString(CultureInfo.InvariantCulture)))));
    }
}
