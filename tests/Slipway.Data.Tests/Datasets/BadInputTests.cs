using System.IO.Compression;
using Slipway.Core.Errors;
using Slipway.Datasets;

namespace Slipway.Data.Tests.Datasets;

/// <summary>Each mistake gets one sentence that names the thing, says what is wrong and what to do.</summary>
public sealed class BadInputTests : IAsyncLifetime
{
    private DatasetsHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await DatasetsHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("select a,\n  b from\n from 'x.csv'", 3, "syntax error")]
    [InlineData("select 'ä' as a,\n\n nope\n from 'rides.csv'", 3, "\"nope\" not found")]
    [InlineData("select\n foo(count) as f from 'rides.csv'", 2, "foo does not exist")]
    [InlineData("select count from 'rides.csv'\nwhere city = 4.5", 2, "Could not convert")]
    [InlineData("select *\nfrom orders", 2, "no table 'orders'")]
    [InlineData("select *\nfrom\n'missing.csv'", null, "'missing.csv', but there is no such file")]
    [InlineData("select * from 'no/such/*.parquet'", null, "'no/such/*.parquet', but there is no such file")]
    [InlineData("select * from 'nothing'", 1, "no table 'nothing'")]
    [InlineData("select * from './nothing'", 1, "'./nothing' is neither a folder of the project nor a file")]
    [InlineData("select 1 as a, 2 as A", null, "two columns named 'A'")]
    [InlineData("select [1, 2] as list", null, "column 'list' of rides has the type INTEGER[]: nested")]
    [InlineData("select {'a': 1} as s", null, "column 's' of rides has the type STRUCT")]
    [InlineData("select map {'a': 1} as m", null, "column 'm' of rides has the type MAP")]
    [InlineData("select 'x'::blob as b", null, "column 'b' of rides has the type BLOB: bytes")]
    [InlineData("select interval 1 day as i", null, "column 'i' of rides has the type INTERVAL")]
    [InlineData("select 1.0 / 0 as ratio", null, "column 'ratio' of rides holds infinite values")]
    [InlineData("select * from 'rides.csv' where count > 100", null, "yields no rows")]
    public async Task A_mistake_in_the_sql_is_named_with_its_line(string sql, int? line, string says)
    {
        _host.Write("rides.csv", "city,count\nBonn,4\n");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync(sql));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Equal(line, DatasetQuery.LineOf(error));
        Assert.Equal(line is not null, error.Message.Contains($" on line {line}", StringComparison.Ordinal));
        AssertOneSentence(error);
    }

    [Fact]
    public async Task An_empty_file_is_named()
    {
        _host.Write("empty.csv", "");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'empty.csv'"));

        Assert.Contains("yields no rows", error.Message, StringComparison.Ordinal);
        AssertOneSentence(error);
    }

    [Fact]
    public async Task A_header_without_rows_is_named()
    {
        _host.Write("header.csv", "city,count\n");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'header.csv'"));

        Assert.Contains("yields no rows", error.Message, StringComparison.Ordinal);
        Assert.Contains("header", error.Message, StringComparison.Ordinal);
        AssertOneSentence(error);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_named()
    {
        var path = _host.Write("rides.csv", "");
        await File.WriteAllBytesAsync(path, [.. "city,count\n"u8, 0xff, 0xfe, 0x80, .. ",4\n"u8], TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'rides.csv'"));

        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
        AssertOneSentence(error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gzip_file_that_is_cut_off_is_refused_even_between_two_lines(bool onlyTheSumIsMissing)
    {
        var packed = Gzip("city,count\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"c{i * 7919 % 5000},{i}\n")));
        var path = _host.Write("rides.csv.gz", "");
        await File.WriteAllBytesAsync(path, packed[..^(onlyTheSumIsMissing ? 8 : packed.Length / 2)], TestContext.Current.CancellationToken);

        foreach (var sql in new[] { "select * from 'rides.csv.gz'", "select * from read_csv('*.csv.gz')", "select * from read_csv('*', compression = 'gzip', ignore_errors = true)" })
        {
            var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync(sql));

            Assert.Contains("'rides.csv.gz', which cannot be unpacked", error.Message, StringComparison.Ordinal);
            AssertOneSentence(error);
        }
    }

    [Fact]
    public async Task A_gzip_file_with_a_wrong_byte_is_refused()
    {
        var packed = Gzip("city,count\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"c{i * 7919 % 5000},{i}\n")));
        packed[packed.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(_host.Write("rides.csv.gz", ""), packed, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'rides.csv.gz'"));

        Assert.Contains("cannot be unpacked", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_gzip_is_refused()
    {
        _host.Write("rides.csv.gz", "city,count\nBonn,4\n");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'rides.csv.gz'"));

        Assert.Contains("cannot be unpacked", error.Message, StringComparison.Ordinal);
        AssertOneSentence(error);
    }

    [Theory]
    [InlineData("PAR1 and then something else")]
    [InlineData("")]
    public async Task A_damaged_parquet_file_is_refused(string content)
    {
        _host.Write("rides.parquet", content);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'rides.parquet'"));

        Assert.Contains("rides.parquet", error.Message, StringComparison.Ordinal);
        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
        AssertOneSentence(error);
    }

    [Fact]
    public async Task A_value_that_breaks_its_column_is_named()
    {
        _host.Write("rides.csv", "count\n" + string.Concat(Enumerable.Repeat("1\n", 30_000)) + "many\n");

        foreach (var run in new Func<Task>[] { () => _host.SnapshotAsync("select * from 'rides.csv'"), () => _host.TableAsync("select * from 'rides.csv'") })
        {
            var error = await Assert.ThrowsAsync<SlipwayException>(run);

            Assert.Contains("many", error.Message, StringComparison.Ordinal);
            Assert.Contains("30002", error.Message, StringComparison.Ordinal);
            AssertOneSentence(error);
        }
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "The superuser may read everything, and Windows has no file modes.");
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        File.SetUnixFileMode(_host.Write("rides.csv", "city,count\nBonn,4\n"), UnixFileMode.None);

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'rides.csv'"));

        Assert.Contains("cannot be read", error.Message, StringComparison.Ordinal);
        Assert.Contains("rides.csv", error.Message, StringComparison.Ordinal);
        AssertOneSentence(error);
    }

    [Fact]
    public async Task A_missing_label_column_is_named_with_what_was_meant()
    {
        _host.Write("rides.csv", "city,count\nBonn,4\n");

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'rides.csv'", label: "coutn"));

        Assert.Equal("The SQL of rides yields no label column 'coutn'. Did you mean 'count'? Its columns are city, count.", error.Message);
    }

    [Fact]
    public async Task A_label_without_any_value_is_named()
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select range as x, null::double as y from range(3)", label: "y"));

        Assert.Equal("The label column 'y' of rides has no value in any of its 3 rows. Name another column, or mend the SQL.", error.Message);
    }

    [Theory]
    [InlineData("select 'no' as a", "no time column 'at'")]
    [InlineData("select 3 as at", "no time but INTEGER. Turn it into one in the SQL, for example `to_timestamp(at) as at`")]
    [InlineData("select time '10:00' as at", "a time of day")]
    [InlineData("select unnest(['2024-01-01', '24.12.2024', 'x']) as at", "the first value that does not read as a time is '24.12.2024'")]
    [InlineData("select '2024-01-01' as at", "Cast it in the SQL: `at::timestamp as at`")]
    [InlineData("select null::timestamp as at", "time column 'at' of rides has no value in any of its 1 rows")]
    public async Task A_time_column_that_is_none_is_named_with_the_way_out(string sql, string says)
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync(sql, time: "at"));

        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        AssertOneSentence(error);
    }

    [Fact]
    public async Task A_name_that_is_none_is_refused()
    {
        var query = _host.Query("select 1 as a") with { Name = "../Rides" };

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _host.Datasets.QueryAsync(query, TestContext.Current.CancellationToken));

        Assert.StartsWith("'../Rides' is not a name for a dataset.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_of_several_kinds_is_refused_and_an_empty_one_too()
    {
        _host.Write("mixed/a.csv", "a\n1\n");
        _host.Write("mixed/b.json", "{\"a\": 1}");
        Directory.CreateDirectory(Path.Combine(_host.Project, "bare"));

        var mixed = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'mixed'"));
        var bare = await Assert.ThrowsAsync<SlipwayException>(() => _host.SnapshotAsync("select * from 'bare'"));

        Assert.Contains("several kinds (.csv, .json); say which, such as 'mixed/*.csv'", mixed.Message, StringComparison.Ordinal);
        Assert.Contains("the folder 'bare' holds no data file", bare.Message, StringComparison.Ordinal);
    }

    private static byte[] Gzip(string text)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    private void AssertOneSentence(SlipwayException error)
    {
        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain(_host.Data, error.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", error.Message.TrimEnd(')'), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_host.Data, "work")));
    }
}
