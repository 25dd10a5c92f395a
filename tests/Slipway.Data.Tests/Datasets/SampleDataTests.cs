using Slipway.Core;
using Slipway.Datasets;

namespace Slipway.Data.Tests.Datasets;

/// <summary>The samples' data: hourly bike rentals (UCI, Fanaee-T and Gama 2013) and census income (UCI, Becker and Kohavi 1996), both CC BY 4.0.</summary>
public sealed class SampleDataTests : IAsyncLifetime
{
    private static readonly string Samples = Path.Combine(Root(), "samples");

    private DatasetsHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await DatasetsHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Bike_rentals_by_the_hour()
    {
        const string Sql = """
            select dteday + to_hours(hr) as event_time, season, hr, weekday, workingday, weathersit, temp, hum, windspeed, cnt
            from 'data/bike_sharing_hourly.csv.gz'
            """;

        var version = (await _host.Datasets.SnapshotAsync(Query("bikes", Sql, "event_time", "cnt"), Actor.Local, Cancel)).Version;
        var table = await _host.Datasets.ReadAsync(version, null, Cancel);

        Assert.Equal(17_379, version.Rows);
        var time = version.Columns[0];
        Assert.Equal(("event_time", "TIMESTAMP", ColumnKind.Time, "2011-01-01T00:00:00Z", "2012-12-31T23:00:00Z"), (time.Name, time.Type, time.Kind, time.Minimum, time.Maximum));
        var count = version.Columns[9];
        Assert.Equal(("1", "977", 0L), (count.Minimum, count.Maximum, count.Missing));
        Assert.Equal(189.463088, count.Mean!.Value, 1e-6);
        Assert.Equal(181.387599, count.StandardDeviation!.Value, 1e-6);
        Assert.Equal(142, count.Quantiles[5]);
        Assert.Equal([new("3", 4496), new("2", 4409), new("1", 4242), new("4", 4232)], version.Columns[1].Top);
        Assert.Equal(16, ((NumberColumn)table["cnt"]).Values[0]);
        Assert.Equal(new DateTime(2012, 12, 31, 23, 0, 0, DateTimeKind.Utc), ((TimeColumn)table["event_time"]).Values[^1]);
    }

    [Fact]
    public async Task Census_income_with_text_and_missing_values()
    {
        var query = Query("income", "select * exclude (split) from 'data/adult.csv.gz' where split = 'train'", null, "income");

        var version = (await _host.Datasets.SnapshotAsync(query, Actor.Local, Cancel)).Version;
        var table = await _host.Datasets.ReadAsync(version, ["age", "workclass", "income"], Cancel);

        Assert.Equal(32_561, version.Rows);
        var income = version.Columns.Single(c => c.Name == "income");
        Assert.Equal(ColumnKind.Text, income.Kind);
        Assert.Equal([new("<=50K", 24_720), new(">50K", 7_841)], income.Top);
        Assert.Equal(1_836, version.Columns.Single(c => c.Name == "workclass").Missing);
        var work = (TextColumn)table["workclass"];
        Assert.Equal((8, 1_836, "State-gov"), (work.Categories.Count, work.Codes.Count(c => c < 0), work.At(0)));
        Assert.Equal(work.Categories.Order(StringComparer.Ordinal), work.Categories);
        Assert.Equal(39, ((NumberColumn)table["age"]).Values[0]);
    }

    private static DatasetQuery Query(string sample, string sql, string? time, string? label) => new(sample, sql, Path.Combine(Samples, sample), time, label);

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Slipway.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("The tests do not lie in the repository.");
        }

        return folder;
    }
}
