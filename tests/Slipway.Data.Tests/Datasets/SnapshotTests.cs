using Slipway.Core;
using Slipway.Datasets;

namespace Slipway.Data.Tests.Datasets;

public sealed class SnapshotTests : IAsyncLifetime
{
    private DatasetsHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await DatasetsHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_csv_file_becomes_a_version_with_schema_and_profile()
    {
        _host.Write("data/rides.csv", "day,city,count\n2024-01-02,Bonn,4\n2024-01-01,Aachen,2\n2024-01-03,,9\n");

        var result = await _host.SnapshotAsync("select * from 'data/rides.csv'", "day", "count");

        Assert.True(result.Created);
        var version = result.Version;
        Assert.Equal(3, version.Rows);
        Assert.Equal(64, version.Digest.Length);
        Assert.Equal([("day", "DATE", ColumnKind.Time), ("city", "VARCHAR", ColumnKind.Text), ("count", "BIGINT", ColumnKind.Number)], version.Columns.Select(c => (c.Name, c.Type, c.Kind)));

        var day = version.Columns[0];
        Assert.Equal(("2024-01-01", "2024-01-03", 0L, 3L), (day.Minimum, day.Maximum, day.Missing, day.Distinct));

        var city = version.Columns[1];
        Assert.Equal(("Aachen", "Bonn", 1L, 2L), (city.Minimum, city.Maximum, city.Missing, city.Distinct));
        Assert.Equal([new("Aachen", 1), new("Bonn", 1)], city.Top);

        var count = version.Columns[2];
        Assert.Equal(("2", "9", 0L, 3L, 5.0), (count.Minimum, count.Maximum, count.Missing, count.Distinct, count.Mean));
        Assert.Equal(Math.Sqrt(13), count.StandardDeviation!.Value, 12);
        double[] quantiles = [2, 2.4, 2.8, 3.2, 3.6, 4, 5, 6, 7, 8, 9];
        Assert.Equal(11, count.Quantiles.Count);
        Assert.All(quantiles.Zip(count.Quantiles), pair => Assert.Equal(pair.First, pair.Second, 12));
    }

    [Fact]
    public async Task A_snapshot_reads_back_in_order_of_time()
    {
        _host.Write("data/rides.csv", "day,city,count\n2024-01-02,Bonn,4\n2024-01-01,Aachen,2\n2024-01-03,,9\n");
        var version = (await _host.SnapshotAsync("select * from 'data/rides.csv'", "day")).Version;

        var table = await _host.Datasets.ReadAsync(version, null, Cancel);

        Assert.Equal(3, table.Rows);
        Assert.Equal([2, 4, 9], ((NumberColumn)table["count"]).Values);
        var city = (TextColumn)table["city"];
        Assert.Equal(["Aachen", "Bonn"], city.Categories);
        Assert.Equal([0, 1, -1], city.Codes);
        Assert.Equal(new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), ((TimeColumn)table["day"]).Values[0]);
        Assert.Equal(DateTimeKind.Utc, ((TimeColumn)table["day"]).Values[0]!.Value.Kind);
    }

    [Fact]
    public async Task The_same_result_is_the_same_version()
    {
        _host.Write("data/rides.csv", "day,count\n2024-01-02,4\n2024-01-01,2\n");

        var first = await _host.SnapshotAsync("select * from 'data/rides.csv'", "day");
        var second = await _host.SnapshotAsync("select * from 'data/rides.csv'", "day");

        Assert.True(first.Created);
        Assert.False(second.Created);
        Assert.Equal(first.Version.Digest, second.Version.Digest);
        Assert.Equal(first.Version.CreatedAt, second.Version.CreatedAt);
        Assert.Single(await _host.Datasets.ListAsync("rides", Cancel));
        Assert.NotNull(await _host.Datasets.FindAsync("rides", first.Version.Digest, Cancel));
        Assert.Equal(Actor.Local, Actor.Local);
    }
}
