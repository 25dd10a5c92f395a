using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Storage.Blobs;
using Slipway.Storage.Events;

namespace Slipway.Data.Tests.Datasets;

public sealed class SnapshotTests : IAsyncLifetime
{
    private DatasetsHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await DatasetsHost.StartAsync();
        _host.Write("data/rides.csv", "day,city,count\n2024-01-02,Bonn,4\n2024-01-01,Aachen,2\n2024-01-03,,9\n");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_csv_file_becomes_a_version_with_schema_and_profile()
    {
        var result = await _host.SnapshotAsync("select * from 'data/rides.csv'", "day", "count");

        Assert.True(result.Created);
        var version = result.Version;
        Assert.Equal(("rides", 3L, "day", "count"), (version.Name, version.Rows, version.Time, version.Label));
        Assert.Matches("^[0-9a-f]{64}$", version.Digest);
        Assert.Equal([("day", "DATE", ColumnKind.Time), ("city", "VARCHAR", ColumnKind.Text), ("count", "BIGINT", ColumnKind.Number)], version.Columns.Select(c => (c.Name, c.Type, c.Kind)));

        var day = version.Columns[0];
        Assert.Equal(("2024-01-01", "2024-01-03", 0L, 3L), (day.Minimum, day.Maximum, day.Missing, day.Distinct));

        var city = version.Columns[1];
        Assert.Equal(("Aachen", "Bonn", 1L, 2L), (city.Minimum, city.Maximum, city.Missing, city.Distinct));
        Assert.Equal([new("Aachen", 1), new("Bonn", 1)], city.Top);
        Assert.Null(city.Mean);
        Assert.Empty(city.Quantiles);

        var count = version.Columns[2];
        Assert.Equal(("2", "9", 0L, 3L, 5.0), (count.Minimum, count.Maximum, count.Missing, count.Distinct, count.Mean));
        Assert.Equal(Math.Sqrt(13), count.StandardDeviation!.Value, 12);
        AssertClose([2, 2.4, 2.8, 3.2, 3.6, 4, 5, 6, 7, 8, 9], count.Quantiles);
        Assert.Equal([new("2", 1), new("4", 1), new("9", 1)], count.Top);
    }

    [Fact]
    public async Task A_snapshot_reads_back_in_order_of_time()
    {
        var version = (await _host.SnapshotAsync("select * from 'data/rides.csv'", "day")).Version;

        var table = await _host.Datasets.ReadAsync(version, null, Cancel);
        var some = await _host.Datasets.ReadAsync(version, ["count"], Cancel);

        Assert.Equal(3, table.Rows);
        Assert.Equal([2, 4, 9], ((NumberColumn)table["count"]).Values);
        var city = (TextColumn)table["city"];
        Assert.Equal(["Aachen", "Bonn"], city.Categories);
        Assert.Equal([0, 1, -1], city.Codes);
        var first = ((TimeColumn)table["day"]).Values[0]!.Value;
        Assert.Equal((new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc), DateTimeKind.Utc), (first, first.Kind));
        Assert.Equal(["count"], some.Columns.Select(c => c.Name));
        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Datasets.ReadAsync(version, ["cout"], Cancel));
        Assert.Equal("The dataset rides has no column 'cout'. Did you mean 'count'? Its columns are day, city, count.", error.Message);
    }

    [Fact]
    public async Task The_same_result_is_the_same_version_even_from_other_files()
    {
        _host.Write("data/copy.csv", "day,city,count\n2024-01-03,,9\n2024-01-02,Bonn,4\n2024-01-01,Aachen,2\n");

        var first = await _host.SnapshotAsync("select * from 'data/rides.csv'", "day");
        var again = await _host.SnapshotAsync("select * from 'data/rides.csv'", "day");
        var other = await _host.SnapshotAsync("select * from 'data/copy.csv'", "day", "count");

        Assert.Equal((true, false, false), (first.Created, again.Created, other.Created));
        Assert.Equal((first.Version.Digest, first.Version.Digest), (again.Version.Digest, other.Version.Digest));
        Assert.Equal(first.Version.CreatedAt, other.Version.CreatedAt);
        Assert.Equal("count", other.Version.Label);
        var listed = Assert.Single(await _host.Datasets.ListAsync("rides", Cancel));
        Assert.Equal(("count", "select * from 'data/copy.csv'"), (listed.Label, listed.Sql));

        // The history tells both uses; the repetition in between changed nothing.
        var events = await _host.Services.GetRequiredService<IEventLog>().ReadSubjectAsync($"dataset/rides@{first.Version.Digest}", 10, Cancel);
        Assert.Equal(["DatasetSnapshotted", "DatasetSnapshotted"], events.Select(e => e.Type));
        Assert.Equal("local", events[0].Actor);
    }

    [Fact]
    public async Task Two_that_snapshot_the_same_at_once_get_one_version()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _host.SnapshotAsync("select * from 'data/rides.csv'")));

        Assert.Single(results, r => r.Created);
        Assert.Single(results.Select(r => r.Version.Digest).Distinct());
        Assert.Single(await _host.Datasets.ListAsync("rides", Cancel));
    }

    [Fact]
    public async Task Versions_are_listed_newest_first_and_found_after_a_restart()
    {
        var first = (await _host.SnapshotAsync("select 1 as a")).Version;
        var second = (await _host.SnapshotAsync("select 2 as a")).Version;

        Assert.Equal([second.Digest, first.Digest], (await _host.Datasets.ListAsync("rides", Cancel)).Select(v => v.Digest));
        var found = await _host.Datasets.FindAsync("rides", first.Digest, Cancel);
        Assert.Equal(first.CreatedAt, found!.CreatedAt);
        Assert.Equal(JsonSerializer.Serialize(first), JsonSerializer.Serialize(found));
        Assert.Null(await _host.Datasets.FindAsync("other", first.Digest, Cancel));
        Assert.Empty(await _host.Datasets.ListAsync("other", Cancel));
    }

    [Theory]
    [InlineData("select range as id, (range * 7919) % 1000 as v, 'c' || (range % 37) as c from range(150000)", null)]
    [InlineData("select range as id, timestamp '2024-01-01' + to_hours((range * 7919) % 100) as at, 'c' || (range % 37) as c from range(150000)", "at")]
    [InlineData("select range % 5003 as k, count(*) as n, sum(range) as s from range(150000) group by k", null)]
    [InlineData("select distinct (range * 7919) % 50021 as k from range(150000)", null)]
    [InlineData("select a.range as x, b.range % 3 as y from range(200000) a join range(200000) b on a.range = b.range + 1", null)]
    [InlineData("select range as id, avg(range) over (partition by range % 100 order by range rows 3 preceding) as m from range(200000)", null)]
    public async Task The_same_rows_have_the_same_bytes_run_after_run(string sql, string? time)
    {
        var digests = new HashSet<string>();
        for (var run = 0; run < 3; run++)
        {
            digests.Add((await _host.SnapshotAsync(sql, time)).Version.Digest);
        }

        Assert.Single(digests);
    }

    [Fact]
    public async Task Rows_of_the_same_time_keep_their_order_and_those_without_one_come_last()
    {
        const string Sql = "select range as id, case when range % 10 <> 3 then timestamp '2024-01-01' + to_hours((range * 7919) % 24) end as at from range(200000)";
        var version = (await _host.SnapshotAsync(Sql, "at")).Version;

        foreach (var table in new[] { await _host.Datasets.ReadAsync(version, null, Cancel), await _host.TableAsync(Sql, "at") })
        {
            var ids = ((NumberColumn)table["id"]).Values;
            var times = ((TimeColumn)table["at"]).Values;
            for (var i = 1; i < ids.Length; i++)
            {
                var before = (times[i - 1] ?? DateTime.MaxValue, ids[i - 1]);
                Assert.True(before.CompareTo((times[i] ?? DateTime.MaxValue, ids[i])) < 0, $"row {i}");
            }
        }
    }

    [Fact]
    public async Task Without_a_time_column_the_order_is_the_querys()
    {
        _host.Write("data/many.csv", "id\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => string.Create(CultureInfo.InvariantCulture, $"{i * 7919L % 200_000}\n"))));

        var version = (await _host.SnapshotAsync("select * from 'data/many.csv' where id >= 0")).Version;
        var ids = ((NumberColumn)(await _host.Datasets.ReadAsync(version, null, Cancel))["id"]).Values;

        Assert.Equal(Enumerable.Range(0, 200_000).Select(i => (double)(i * 7919L % 200_000)), ids);
    }

    [Fact]
    public async Task Every_kind_of_column_is_kept_and_read()
    {
        const string Sql = """
            select 1::tinyint as n1, 2::hugeint as n2, 2.5::decimal(10, 2) as n3, 0.1::float as n4, 1e300 as n5, true as n6, 18446744073709551615::ubigint as n7, null as n8,
              'a' as t1, 'b'::enum('b', 'c') as t2, '6e8bc430-9c3a-11d9-9669-0800200c9a66'::uuid as t3, '{"a":1}'::json as t4,
              date '2024-02-29' as d1, timestamp '2024-02-29 12:30:00.25' as d2, timestamptz '2024-02-29 12:30:00+02' as d3, timestamp_s '2024-02-29 12:30:00' as d4,
              timestamp_ns '2024-02-29 12:30:00.000000001' as d5, time '12:30' as d6, 'infinity'::timestamp as d7, '-infinity'::date as d8
            union all by name select 'nan'::double as n5, 'nan'::float as n4
            """;

        var version = (await _host.SnapshotAsync(Sql)).Version;
        foreach (var table in new[] { await _host.Datasets.ReadAsync(version, null, Cancel), await _host.TableAsync(Sql) })
        {
            Assert.Equal([1, 2, 2.5, 0.1f, 1e300, 1, 18446744073709551615d, double.NaN], table.Columns.Take(8).Select(c => ((NumberColumn)c).Values[0]));
            Assert.All(table.Columns.Take(8), c => Assert.True(double.IsNaN(((NumberColumn)c).Values[1])));
            Assert.Equal(["a", "b", "6e8bc430-9c3a-11d9-9669-0800200c9a66", "{\"a\":1}"], table.Columns.Skip(8).Take(4).Select(c => ((TextColumn)c).At(0)));
            var noon = new DateTime(2024, 2, 29, 12, 30, 0, DateTimeKind.Utc);
            Assert.Equal(
                [noon.Date, noon.AddMilliseconds(250), noon.AddHours(-2), noon, noon, DateTime.UnixEpoch.AddHours(12.5), null, null],
                table.Columns.Skip(12).Select(c => ((TimeColumn)c).Values[0]));
        }

        string?[] minima = ["1", "2", "2.50", ((double)0.1f).ToString("R", CultureInfo.InvariantCulture), "1E+300", "1", "18446744073709551615", null, "a", "b",
            "6e8bc430-9c3a-11d9-9669-0800200c9a66", "{\"a\":1}", "2024-02-29", "2024-02-29T12:30:00.250000Z", "2024-02-29T10:30:00Z", "2024-02-29T12:30:00Z", "2024-02-29T12:30:00Z",
            "12:30:00", null, null];
        Assert.Equal(minima, version.Columns.Select(c => c.Minimum));
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 2], version.Columns.Take(8).Select(c => c.Missing));
        Assert.Equal(1e300, version.Columns[4].Mean);
    }

    [Fact]
    public async Task Columns_may_have_any_name()
    {
        const string Sql = """select 1 as "group", 'x' as v, 2 as n, 'y' as c, 3 as t, 4 as slipway_row, 5 as "a ""b"" 'c'", date '2024-01-01' as "order", 6 as "ä;--" """;

        var version = (await _host.SnapshotAsync(Sql, "order", "group")).Version;
        var table = await _host.Datasets.ReadAsync(version, ["v", "a \"b\" 'c'", "ä;--"], Cancel);

        Assert.Equal([new("x", 1)], version.Columns[1].Top);
        Assert.Equal("x", ((TextColumn)table["v"]).At(0));
        Assert.Equal([5, 6], table.Columns.Skip(1).Select(c => ((NumberColumn)c).Values[0]));
    }

    [Fact]
    public async Task Moments_of_huge_numbers_stay_in_range()
    {
        var column = (await _host.SnapshotAsync("select unnest([1e308, -1e308, 1.5e308]) as v")).Version.Columns[0];

        Assert.Equal(0.5e308, column.Mean!.Value, 1e295);
        Assert.True(double.IsFinite(column.StandardDeviation!.Value));
    }

    [Fact]
    public async Task Long_text_is_cut_in_the_profile_and_whole_in_the_table()
    {
        var version = (await _host.SnapshotAsync("select repeat('ä', 1000) as t")).Version;

        Assert.Equal(new string('ä', 200) + "…", version.Columns[0].Top[0].Value);
        Assert.Equal(new string('ä', 1000), ((TextColumn)(await _host.Datasets.ReadAsync(version, null, Cancel))["t"]).At(0));
    }

    [Fact]
    public async Task Folders_patterns_and_packed_files_are_read()
    {
        _host.Write("parts/2024/01.csv", "id\n1\n");
        _host.Write("parts/2024/02.csv", "id\n2\n");
        _host.Write("parts/2025/01.csv", "id\n3\n");
        await using (var file = File.Create(Path.Combine(_host.Project, "packed.csv.gz")))
        await using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
        {
            await gzip.WriteAsync("id\n4\n"u8.ToArray(), Cancel);
        }

        var version = (await _host.SnapshotAsync("select * from 'parts' union all select * from 'packed.csv.gz'")).Version;
        var table = await _host.Datasets.ReadAsync(version, null, Cancel);
        Assert.Equal([1, 2, 3, 4], ((NumberColumn)table["id"]).Values);

        Directory.CreateDirectory(Path.Combine(_host.Project, "columns"));
        File.Copy(await _host.Services.GetRequiredService<IBlobStore>().GetFileAsync(version.Digest, Cancel), Path.Combine(_host.Project, "columns", "a.parquet"));
        Assert.Equal(4, (await _host.TableAsync("select * from 'columns'")).Rows);
        Assert.Equal(2, (await _host.TableAsync("select * from 'parts/2024/*.csv'")).Rows);
        Assert.Equal(4, (await _host.TableAsync("select * from 'columns/*.parquet'")).Rows);
    }

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 12));
    }
}
