using Slipway.Monitoring;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Profiles;
using Slipway.Monitoring.Watching;
using Slipway.Registry;

namespace Slipway.Watch.Tests.Monitoring.Watching;

/// <summary>What windows say of a sample is true of all calls; what is not recorded is not judged.</summary>
public sealed class SampledWindowTests(WatchFixture fixture)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly string _deployment = $"line-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Failures_that_are_all_recorded_beside_a_tenth_of_the_answers_are_no_more_than_they_were()
    {
        // 24 of 3 024 calls failed, 0.8 %; of those that are recorded 7 %.
        await TakeAsync(rows: 300, failed: 24, share: 0.1);

        Assert.Empty(await AlertsAsync());
        var point = Assert.Single((await fixture.Get<IMonitoring>().FindAsync(_deployment, null, null, Cancel))!.Points);
        Assert.Equal((3000, 3024, 24, 300), (point.Rows, point.Calls, point.Errors, point.Recorded));
        Assert.Equal(300, (await fixture.Get<VerdictStore>().ReadAsync(_deployment, null, null, 10, Cancel))[^1].Rows);
    }

    [Fact]
    public async Task Too_many_failures_fire_with_their_share_of_all_calls()
    {
        await TakeAsync(rows: 300, failed: 93, share: 0.1);

        var alert = Assert.Single(await AlertsAsync());
        Assert.Equal("93 of about 3,093 calls failed (3.01 %); the limit is 1 %", alert.Sentence);
        Assert.Equal((3093, 393), ((int)alert.Evidence["calls"]!, (int)alert.Evidence["recorded"]!));
    }

    [Fact]
    public async Task A_few_failures_of_which_no_answer_was_recorded_are_no_alarm()
    {
        // At a share of a thousandth, as many answers as this would be recorded by chance only.
        await TakeAsync(rows: 0, failed: 3, share: 0.001);

        Assert.Empty(await AlertsAsync());
    }

    [Fact]
    public async Task A_window_that_was_recorded_in_part_and_then_whole_counts_each_answer_for_what_it_stands_for()
    {
        await TakeAsync((300, 24, 0.1), (3000, 24, 1));

        Assert.Empty(await AlertsAsync());
        var points = (await fixture.Get<IMonitoring>().FindAsync(_deployment, null, null, Cancel))!.Points;
        Assert.Equal(6048, points.Sum(point => point.Calls));
    }

    [Fact]
    public void Where_the_true_share_is_the_limit_a_sample_gives_no_more_false_alarms_than_all_calls_do()
    {
        const int Windows = 4000;
        const double Limit = 0.02;
        var random = new Random(5);
        var alarms = 0;
        for (var window = 0; window < Windows; window++)
        {
            var profile = new WindowProfile();
            for (var call = 0; call < 2000; call++)
            {
                var failed = random.NextDouble() < Limit;
                if (failed || random.NextDouble() < 0.1)
                {
                    profile.Calls++;
                    profile.Errors += failed ? 1 : 0;
                    profile.Unrecorded = profile.Unrecorded.Plus(0.1, isCall: true, failed);
                }
            }

            alarms += CallJudge.Errors(profile, "", Limit).Outcome == FindingOutcome.Breach ? 1 : 0;
        }

        // Each is wrong with a probability below 0.001; five standard deviations above the four that may be.
        Assert.InRange(alarms, 0, 14);
    }

    [Fact]
    public async Task What_is_stored_goes_on_as_it_was()
    {
        var watcher = await fixture.StartAsync(_deployment);
        watcher.Take(Batch(0, rows: 100, failed: 5, share: 0.1));
        await watcher.SettleAsync(Start + (Hour / 2));
        watcher = await fixture.StartAsync(_deployment);
        watcher.Take(Batch(0, rows: 100, failed: 5, share: 0.1));
        await watcher.SettleAsync(Start + Hour);

        var point = Assert.Single((await fixture.Get<IMonitoring>().FindAsync(_deployment, null, null, Cancel))!.Points);
        Assert.Equal((2000, 2010, 200), (point.Rows, point.Calls, point.Recorded));
    }

    [Fact]
    public async Task A_redacted_column_has_no_profile_and_does_not_drift()
    {
        fixture.State(_deployment, "{ log: { redact: [x] } }");
        await fixture.Get<RecordingRules>().FollowAsync(Cancel);
        var batch = Batch(0, rows: 1200, failed: 0, share: 1);

        await SettleAsync(batch with { Inputs = [batch.Inputs[1]] });

        var verdict = (await fixture.Get<VerdictStore>().ReadAsync(_deployment, null, null, 10, Cancel))[^1];
        Assert.Equal(["colour", "prediction"], verdict.Drift.Select(column => column.Column));
        Assert.Empty(await AlertsAsync());
        var stored = Assert.Single(await fixture.Get<ProfileStore>().ReadAsync(_deployment, 0, long.MaxValue, Cancel));
        Assert.DoesNotContain("x", stored.Data.Columns.Keys);
    }

    [Fact]
    public async Task A_redacted_answer_has_no_profile_either()
    {
        var signature = (await fixture.Get<IModelRegistry>().GetAsync(WatchFixture.Line, Cancel)).Signature;
        fixture.State(_deployment, $"{{ log: {{ redact: [{signature.Outputs[0].Name}] }} }}");
        await fixture.Get<RecordingRules>().FollowAsync(Cancel);

        await SettleAsync(Batch(0, rows: 1200, failed: 0, share: 1) with { Outputs = [] });

        var verdict = (await fixture.Get<VerdictStore>().ReadAsync(_deployment, null, null, 10, Cancel))[^1];
        Assert.Equal(["x", "colour"], verdict.Drift.Select(column => column.Column));
        Assert.Empty(await AlertsAsync());
    }

    private Task TakeAsync(int rows, int failed, double share) => TakeAsync((rows, failed, share));

    private Task TakeAsync(params (int Rows, int Failed, double Share)[] hours) =>
        SettleAsync([.. hours.Select((hour, i) => Batch(i, hour.Rows, hour.Failed, hour.Share))]);

    private async Task SettleAsync(params PredictionBatch[] batches)
    {
        var watcher = await fixture.StartAsync(_deployment);
        Array.ForEach(batches, watcher.Take);
        await watcher.SettleAsync(Start + (batches.Length * Hour));
    }

    private PredictionBatch Batch(int hour, int rows, int failed, double share)
    {
        var (batch, _) = new LineTraffic(_deployment, WatchFixture.Line).Next(Start + (hour * Hour), Hour / 4, rows, failed);
        return batch with { Source = batch.Source with { Share = share } };
    }

    private async Task<IReadOnlyList<AlertState>> AlertsAsync() => await fixture.Get<IMonitoring>().ListAlertsAsync(_deployment, firingOnly: false, 100, Cancel);
}
