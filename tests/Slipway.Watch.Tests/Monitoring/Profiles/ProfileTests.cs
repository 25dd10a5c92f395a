using System.Text.Json;
using Slipway.Core;
using Slipway.Monitoring.Profiles;
using Slipway.Monitoring.Watching;
using Slipway.Watch.Tests.Monitoring.Watching;

namespace Slipway.Watch.Tests.Monitoring.Profiles;

public sealed class ProfileTests(WatchFixture fixture)
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly BucketGrid Grid = BucketGrid.Of(TimeSpan.FromDays(1));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pieces_add_up_to_one_pass()
    {
        var version = await VersionAsync();
        var (batch, outcomes) = new LineTraffic("d", WatchFixture.Line).Next(Start, TimeSpan.FromHours(1), 1000, failed: 7);
        var whole = Fold(version, [batch], outcomes);

        var sum = new WindowProfile();
        foreach (var (part, at) in LineTraffic.Cut(batch, 9).Select((part, i) => (part, i * 112)))
        {
            sum.Merge(Fold(version, [part], outcomes.Skip(at).Take(112)));
        }

        Assert.Equal((1000, 1007, 7, 1000), (sum.Rows, sum.Calls, sum.Errors, sum.Labels));
        Assert.Equal(Describe(whole), Describe(sum));
    }

    [Fact]
    public async Task A_stored_profile_is_the_same_profile()
    {
        var version = await VersionAsync();
        var (batch, outcomes) = new LineTraffic("d", WatchFixture.Line).Next(Start, TimeSpan.FromHours(1), 300, failed: 2);
        var json = JsonSerializer.Serialize(Fold(version, [batch], outcomes).Save(), SlipwayJson.Options);

        var restored = WindowProfile.Restore(JsonSerializer.Deserialize<ProfileData>(json, SlipwayJson.Options)!, version.Bins);

        Assert.Equal(json, JsonSerializer.Serialize(restored.Save(), SlipwayJson.Options));
    }

    [Fact]
    public async Task The_baseline_counts_inputs_answers_and_label_of_the_training_data()
    {
        var baseline = (await VersionAsync()).Baseline!;

        Assert.Equal(["x", "colour", "prediction", "y"], baseline.Columns.Select(column => column.Name));
        Assert.All(baseline.Columns, column => Assert.Equal(5000, column.Find("")!.Rows));
        Assert.Equal(["red", "blue"], baseline.Columns[1].Bins.Categories!.OrderDescending());
        Assert.InRange(Math.Abs(baseline.Columns[2].Find("")!.Mean - baseline.Columns[3].Find("")!.Mean), 0, 0.2);
        Assert.InRange(baseline.Metrics["rmse"], 0.4, 1);
        Assert.Null(baseline.Note);
    }

    [Fact]
    public async Task A_baseline_is_read_and_not_built_again()
    {
        var store = fixture.Get<BaselineStore>();
        await VersionAsync();
        var stored = await store.FindAsync(WatchFixture.Line, Cancel);
        await store.SaveAsync(WatchFixture.Line, stored! with { Note = "as it was stored" }, Cancel);

        var again = await VersionAsync();
        await store.SaveAsync(WatchFixture.Line, stored, Cancel);

        Assert.Equal("as it was stored", again.Baseline!.Note);
    }

    [Theory]
    [InlineData("30.00:00:00", "1.00:00:00")]
    [InlineData("7.00:00:00", "06:00:00")]
    [InlineData("1.00:00:00", "01:00:00")]
    [InlineData("01:00:00", "00:02:00")]
    [InlineData("00:01:00", "00:01:00")]
    [InlineData("3650.00:00:00", "1.00:00:00")]
    public void A_bucket_is_about_the_thirtieth_of_a_window(string window, string bucket)
    {
        var grid = BucketGrid.Of(TimeSpan.Parse(window, System.Globalization.CultureInfo.InvariantCulture));

        Assert.Equal(TimeSpan.Parse(bucket, System.Globalization.CultureInfo.InvariantCulture), grid.Bucket);
        Assert.Equal(0, grid.Window.Ticks % grid.Bucket.Ticks);
        Assert.Equal(0, (grid.StartOf(Start.AddHours(1.234).UtcTicks) - DateTimeOffset.UnixEpoch.UtcTicks) % grid.Bucket.Ticks);
    }

    [Fact]
    public void The_fifty_first_value_of_a_segment_is_other()
    {
        var segments = new SegmentNames();

        Assert.Equal("city=0", segments.Find("city", "0"));
        Assert.All(Enumerable.Range(1, 49), i => segments.Find("city", $"{i}"));
        Assert.Equal("city=other", segments.Find("city", "50"));
        Assert.Equal("city=49", segments.Find("city", "49"));
        Assert.Null(segments.Find("city", null));
    }

    private async Task<WatchedVersion> VersionAsync()
    {
        var versions = new VersionBook(
            fixture.Get<Registry.IModelRegistry>(), fixture.Get<BaselineBuilder>(), fixture.Get<BaselineStore>(), Microsoft.Extensions.Logging.Abstractions.NullLogger<VersionBook>.Instance);
        return await versions.GetAsync(WatchFixture.Line, WatchPlan.Of(null, new HashSet<string>(), null), Cancel);
    }

    private WindowProfile Fold(WatchedVersion version, IEnumerable<Slipway.Monitoring.Log.PredictionBatch> batches, IEnumerable<Slipway.Monitoring.Outcomes.JoinedOutcome> outcomes)
    {
        var book = new ProfileBook("d", fixture.Get<ProfileStore>());
        var fold = new ProfileFold(book, new SegmentNames());
        foreach (var batch in batches)
        {
            fold.Add(batch, version, Grid);
        }

        foreach (var outcome in outcomes)
        {
            fold.Add(outcome, version, Grid);
        }

        return book.Buckets.Single().Profile;
    }

    // All but what a seam changes (pairs of neighbours), and the last digits of sums of fractions.
    private static string[] Describe(WindowProfile profile) =>
    [
        FormattableString.Invariant($"{profile.Rows} {profile.Calls} {profile.Errors} {profile.Labels} {profile.LastAt} {profile.Latency.Quantile(0.95)}"),
        .. profile.Columns.OrderBy(c => c.Key).Select(c => FormattableString.Invariant(
            $"{c.Key} {string.Join(",", c.Value.Counts.ToArray())} {c.Value.Missing} {c.Value.Mean:F9} {c.Value.M2:F6} {c.Value.Min} {c.Value.Max}")),
        .. profile.Losses.OrderBy(l => l.Key).Select(l => FormattableString.Invariant($"{l.Key} {l.Value.Count} {l.Value.Sum:F8} {l.Value.Squares:F8} {l.Value.Products:F8} {l.Value.Last}")),
    ];
}
