using System.Diagnostics;
using Slipway.Core.Errors;
using Slipway.Datasets;

namespace Slipway.Data.Tests.Datasets;

/// <summary>Work with data has an end, and takes the memory it was given.</summary>
public sealed class BoundsTests
{
    // Ten thousand million rows, one after the other: it would run for minutes.
    private const string Endless = "select sum(hash(range)) as s from range(10000000000)";

    [Fact]
    public async Task A_query_over_its_time_is_stopped_and_named()
    {
        await using var host = await DatasetsHost.StartAsync(new DatasetsOptions { TimeLimit = TimeSpan.FromMilliseconds(200) });
        var clock = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.SnapshotAsync(Endless));

        Assert.Equal(ErrorKind.Timeout, error.Kind);
        Assert.StartsWith("The SQL of rides ran longer than 00:00:00.2000000 and was stopped.", error.Message, StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), $"stopped after {clock.Elapsed}");
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(host.Data, "work")));
    }

    [Fact]
    public async Task A_query_that_nobody_waits_for_is_stopped()
    {
        await using var host = await DatasetsHost.StartAsync(new DatasetsOptions { ConcurrentQueries = 1 });
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var query = host.Datasets.QueryAsync(host.Query(Endless), leaves.Token);
        var waits = host.TableAsync("select 1 as a");

        await leaves.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => query);
        Assert.Equal(1, (await waits).Rows);
    }

    [Fact]
    public async Task A_table_that_would_not_fit_is_refused_by_its_bound()
    {
        await using var host = await DatasetsHost.StartAsync(new DatasetsOptions { MaxTableCells = 100_000 });

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TableAsync("select range as a, range as b from range(100000)"));

        Assert.Equal(ErrorKind.TooLarge, error.Kind);
        Assert.Contains("maxTableCells (100000)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Long_texts_count_towards_that_bound()
    {
        await using var host = await DatasetsHost.StartAsync(new DatasetsOptions { MaxTableCells = 100_000 });

        var error = await Assert.ThrowsAsync<SlipwayException>(() => host.TableAsync("select repeat('x', 1000) || range as a from range(1000)"));

        Assert.Equal(ErrorKind.TooLarge, error.Kind);
        Assert.Equal(1000, (await host.TableAsync("select repeat('x', 1000) as a from range(1000)")).Rows);
    }

    [Fact]
    public async Task More_columns_or_characters_than_allowed_are_refused_by_their_bound()
    {
        await using var host = await DatasetsHost.StartAsync();

        var wide = await Assert.ThrowsAsync<SlipwayException>(() => host.TableAsync($"select {string.Join(", ", Enumerable.Range(0, 5_001).Select(i => $"{i} as c{i}"))}"));
        var lengthy = await Assert.ThrowsAsync<SlipwayException>(() => host.TableAsync("select 1 as a" + new string(' ', 100_000)));

        Assert.Equal("The SQL of rides yields 5001 columns; 5000 are allowed. Select those that are needed.", wide.Message);
        Assert.Equal("The SQL of rides has 100013 characters; 100000 are allowed.", lengthy.Message);
        Assert.Equal((ErrorKind.TooLarge, ErrorKind.TooLarge), (wide.Kind, lengthy.Kind));
    }

    [Theory]
    [InlineData("(", ")", 40_000)]
    [InlineData("[", "]", 40_000)]
    [InlineData("(select ", ")", 9_000)]
    [InlineData("abs(", ")", 15_000)]
    [InlineData("1 + ", "", 20_000)]
    [InlineData("not ", "", 20_000)]
    public async Task Sql_nested_to_hurt_is_answered(string open, string close, int depth)
    {
        await using var host = await DatasetsHost.StartAsync();
        var sql = "select " + string.Concat(Enumerable.Repeat(open, depth)) + "1" + string.Concat(Enumerable.Repeat(close, depth)) + " as a";

        var error = await Record.ExceptionAsync(() => host.TableAsync(sql));

        Assert.True(error is null or SlipwayException, error?.ToString());
    }

    [Fact]
    public async Task More_disk_than_allowed_is_refused_by_its_bound()
    {
        await using var host = await DatasetsHost.StartAsync(new DatasetsOptions { MemoryMegabytes = 64, DiskMegabytes = 64 });

        var error = await Assert.ThrowsAsync<SlipwayException>(
            () => host.SnapshotAsync("select hash(range)::varchar as a, hash(range + 1)::varchar as b, hash(range + 2)::varchar as c from range(3000000) order by a"));

        Assert.Equal(ErrorKind.TooLarge, error.Kind);
        Assert.Contains("memoryMegabytes (64)", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(host.Data, "work")));
    }

    [Fact]
    public async Task Two_million_rows_are_sorted_kept_and_profiled_in_the_memory_they_were_given()
    {
        await using var host = await DatasetsHost.StartAsync(new DatasetsOptions { MemoryMegabytes = 96 });
        await host.SnapshotAsync("select range as id from range(1000)");
        using var process = Process.GetCurrentProcess();
        var before = process.WorkingSet64;
        var peak = 0L;
        using var watch = new Timer(_ => peak = Math.Max(peak, Environment.WorkingSet), null, 0, 20);

        // 2 million rows of 10 columns are 160 MB and more as they stand, and twice that while they are sorted.
        var version = (await host.SnapshotAsync(
            """
            select range as id, timestamp '2024-01-01' + to_seconds((range * 7919) % 1000003) as at, hash(range) / 1.8446744073709552e19 as x1, hash(range + 1) / 1.8446744073709552e19 as x2,
              hash(range + 2) / 1.8446744073709552e19 as x3, hash(range + 3) / 1.8446744073709552e19 as x4, range % 7 as x5, range % 1000 as x6, 'city ' || (range % 50) as c1, 'user ' || range as c2
            from range(2000000)
            """,
            "at")).Version;

        Assert.Equal(2_000_000, version.Rows);
        Assert.True(peak - before < 400L * 1024 * 1024, $"grew by {(peak - before) >> 20} MB");
        Assert.All(version.Columns[0].Quantiles, (quantile, i) => Assert.Equal(i * 1_999_999 / 10.0, quantile, 1e-6));
        Assert.Equal(999_999.5, version.Columns[0].Mean!.Value, 1e-3);
        Assert.Equal(20, version.Columns[8].Top.Count);
        Assert.Equal(new ValueCount("city 0", 40_000), version.Columns[8].Top[0]);
    }

    [Fact]
    public void Settings_out_of_bounds_are_named_together()
    {
        var error = Assert.Throws<SlipwayException>(() => new DatasetsOptions { Threads = 0, MemoryMegabytes = 1, TimeLimit = TimeSpan.Zero }.Check());

        Assert.Equal(3, error.Details.Count);
        Assert.Contains("datasets.threads must be 1 to 256.", error.Message, StringComparison.Ordinal);
    }
}
