using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Datasets;

namespace Slipway.Data.Tests.Datasets;

/// <summary>A snapshot as of a moment knows nothing of what came later.</summary>
public sealed class AsOfTests
{
    private const string Rides = "day,cnt\n2011-06-29,1\n2011-06-30,2\n2011-07-01,3\n,4\n2011-07-02,5\n";

    private static readonly DateTimeOffset July = new(2011, 7, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("day::date")]
    [InlineData("day::timestamp")]
    [InlineData("day::timestamptz")]
    [InlineData("day::timestamp_ns")]
    public async Task Only_rows_before_the_moment_are_kept_whatever_the_kind_of_time(string day)
    {
        await using var host = await DatasetsHost.StartAsync();
        host.Write("rides.csv", Rides);

        var query = host.Query($"select {day} as day, cnt from 'rides.csv'", "day") with { AsOf = July };
        var version = (await host.Datasets.SnapshotAsync(query, Actor.Local, Cancel)).Version;

        Assert.Equal(2, version.Rows);
        Assert.Equal(2, version.Columns.Single(c => c.Name == "cnt").Quantiles[^1]);
        var counts = (NumberColumn)(await host.Datasets.QueryAsync(query, Cancel))["cnt"];
        Assert.Equal([1, 2], counts.Values);
    }

    [Fact]
    public async Task The_same_rows_are_the_same_version_however_they_were_chosen()
    {
        await using var host = await DatasetsHost.StartAsync();
        host.Write("rides.csv", Rides);

        var asOf = await host.Datasets.SnapshotAsync(host.Query("select * from 'rides.csv'", "day") with { AsOf = July }, Actor.Local, Cancel);
        var all = await host.SnapshotAsync("select * from 'rides.csv'", "day");
        var written = await host.SnapshotAsync("select * from 'rides.csv' where day < '2011-07-01'", "day");

        Assert.NotEqual(all.Version.Digest, asOf.Version.Digest);
        Assert.Equal(asOf.Version.Digest, written.Version.Digest);
        Assert.False(written.Created);
    }

    [Fact]
    public async Task Without_a_time_column_it_is_refused()
    {
        await using var host = await DatasetsHost.StartAsync();
        host.Write("rides.csv", Rides);

        var refused = await Assert.ThrowsAsync<SlipwayException>(
            () => host.Datasets.SnapshotAsync(host.Query("select * from 'rides.csv'") with { AsOf = July }, Actor.Local, Cancel));

        Assert.Equal(ErrorKind.InvalidInput, refused.Kind);
        Assert.Contains("data.time", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_moment_before_every_row_is_said()
    {
        await using var host = await DatasetsHost.StartAsync();
        host.Write("rides.csv", Rides);

        var refused = await Assert.ThrowsAsync<SlipwayException>(
            () => host.Datasets.SnapshotAsync(host.Query("select * from 'rides.csv'", "day") with { AsOf = July.AddYears(-1).AddHours(6.5) }, Actor.Local, Cancel));

        Assert.Equal("The SQL of rides yields no rows whose day lies before 2010-07-01 06:30:00. Choose a later moment, or take all rows.", refused.Message);
    }
}
