using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Parquet;
using Slipway.Monitoring.Predictions;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>How much is read to find one request among many: counted, not timed.</summary>
public sealed class SearchReadsTests : IDisposable
{
    private const int Chunks = 20;
    private const int RowsOfRequest = 250;

    // What each row has, the three values of a call, the six of its run, its share and its error.
    private const int AllColumns = 13 + 3 + 6 + 1 + 1;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_request_of_many_rows_is_read_from_one_group_of_rows_whatever_else_there_is()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = RowsOfRequest });
        var ids = await FillAsync(host, time => Guid.CreateVersion7(time).ToString());

        var reads = await FindAsync(host, ids[Chunks / 2]);

        // Its rows with all their columns, then the ids of all its rows: by time, version and id. The chunk before it may have it by its name, and has not by its footer.
        Assert.Equal((4, 2, AllColumns + 4, 0, 0), (reads.Files, reads.Groups, reads.Columns, reads.Queries, reads.ChunkBatches));
    }

    [Fact]
    public async Task An_id_that_tells_no_time_is_looked_for_in_all_files_at_once_and_read_from_its_own_alone()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = RowsOfRequest });
        var ids = await FillAsync(host, time => $"order-{time.Ticks}");

        var reads = await FindAsync(host, ids[Chunks / 2]);

        Assert.Equal((3, 2, AllColumns + 4, 1, 0), (reads.Files, reads.Groups, reads.Columns, reads.Queries, reads.ChunkBatches));
    }

    [Fact]
    public async Task An_id_that_tells_another_time_than_that_of_its_arrival_is_found_all_the_same()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = RowsOfRequest });
        var ids = await FillAsync(host, time => Guid.CreateVersion7(time.AddYears(-1)).ToString());

        var reads = await FindAsync(host, ids[Chunks / 2]);

        Assert.Equal((1, AllColumns + 4), (reads.Queries, reads.Columns));
    }

    [Fact]
    public async Task Of_an_open_chunk_the_values_of_other_batches_are_not_taken_out()
    {
        await using var host = await LogHost.StartAsync(_folder.Path);
        var ids = await FillAsync(host, time => $"order-{time.Ticks}", minutes: 1);

        var reads = await FindAsync(host, ids[Chunks / 2]);

        Assert.Equal((2, 0, 0), (reads.ChunkBatches, reads.Files, reads.Queries));
    }

    [Fact]
    public async Task The_mates_of_a_run_are_found_by_its_number_and_only_their_ids_are_read()
    {
        await using var host = await LogHost.StartAsync(_folder.Path, options: new() { ChunkRows = RowsOfRequest });
        var ids = await FillAsync(host, time => Guid.CreateVersion7(time).ToString());
        var batch = Assert.Single(await host.Log.ReadAsync("bikes", [$"{ids[Chunks / 2]}/0"], Cancel));
        var before = Columns(host);

        // Alone in its run: the number stands on each row of every file, and the rest is not looked at.
        var condition = new RowCondition((new DateTime(batch.Arrivals[0], DateTimeKind.Utc), new DateTime(batch.Arrivals[0], DateTimeKind.Utc)), batch.Source.Version, 10) { Run = new LoggedRun(7, 1, 1) };

        Assert.Empty(await host.Log.ListIdsAsync("bikes", condition, Cancel));
        Assert.Equal(2, Columns(host) - before);
        Assert.Equal(RowsOfRequest, (await host.Log.ListIdsAsync("bikes", condition with { Limit = 1000, Run = null }, Cancel)).Count);
    }

    private static long Columns(LogHost host) => host.Log.SearchReads.Columns;

    /// <summary>Requests of many rows, each of which fills a chunk where chunks are small.</summary>
    private static async Task<List<string>> FillAsync(LogHost host, Func<DateTimeOffset, string> name, int minutes = 20)
    {
        var ids = new List<string>();
        for (var i = 0; i < Chunks; i++)
        {
            var at = host.Time.GetUtcNow();
            ids.Add(name(at));
            var call = new Call { Rows = RowsOfRequest, ArrivedAt = at }
                .Number("temp", [.. Enumerable.Range(0, RowsOfRequest).Select(row => (double)row)])
                .Text("city", [.. Enumerable.Repeat("Oslo", RowsOfRequest)])
                .Output("cnt", new double[RowsOfRequest]);
            call.Record(host, ids[i]);
            await host.ConvertAsync();
            host.Time.Advance(TimeSpan.FromMinutes(minutes));
        }

        return ids;
    }

    private static async Task<(long ChunkBatches, long Files, long Groups, long Columns, long Queries)> FindAsync(LogHost host, string id)
    {
        var before = Snapshot(host.Log.SearchReads);
        var call = await new CallLookup(host.Log).FindAsync("bikes", id, Cancel);
        var after = Snapshot(host.Log.SearchReads);

        Assert.Equal(RowsOfRequest, call!.RowCount);
        Assert.Equal(Enumerable.Range(0, IPredictions.MaxRows).Select(row => $"{id}/{row}"), call.Rows.Select(row => row.Id));
        return (after.ChunkBatches - before.ChunkBatches, after.Files - before.Files, after.Groups - before.Groups, after.Columns - before.Columns, after.Queries - before.Queries);
    }

    private static (long ChunkBatches, long Files, long Groups, long Columns, long Queries) Snapshot(SearchReads reads) =>
        (reads.ChunkBatches, reads.Files, reads.Groups, reads.Columns, reads.Queries);
}
