using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Units;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Storage.Sql;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Purging;

/// <summary>
/// Deletes for good what is marked deleted. What goes is first marked so that no restore brings it back, then taken apart in small transactions, and its own row goes last; content that
/// nothing names any more goes in the end. Killed anywhere, what is left is still marked, and the next purge goes on with it.
/// </summary>
internal sealed class Purge(
    Database database, PurgeSearch search, PurgedArtifacts artifacts, IEnumerable<OwnedRows> owned, IBlobPurge blobs, MultipartUploads uploads) : IDisposable
{
    // Some milliseconds of the one writer.
    private const int RowsTogether = 2000;

    private readonly SemaphoreSlim _one = new(1, 1);

    private readonly (OwnedRows Rows, Statement Delete)[] _owned =
    [
        .. owned.Distinct().Select(rows => (rows, new Statement($"delete from {rows.Table} where {string.Join(" and ", rows.Key.Split(", ").Select(column => $"{column} = @{column}"))}"))),
    ];

    /// <summary>Purges, and lets <paramref name="audit"/> say what went in the transaction with which it went.</summary>
    public async Task<PurgeReport> RunAsync(PurgeSelection selection, Func<WriteTransaction, string, Task> audit, CancellationToken cancellationToken)
    {
        if (!await _one.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            throw new SlipwayException(ErrorKind.Conflict, "A purge is at work already. Wait until it has ended, then ask again.");
        }

        try
        {
            await search.CheckAsync(selection, cancellationToken);
            return await RunAloneAsync(selection, audit, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>The folder that is an experiment's alone; null where a client chose it, since others may use the same.</summary>
    internal static string? OwnFolder(FoundExperiment experiment) =>
        experiment.ArtifactLocation == string.Create(CultureInfo.InvariantCulture, $"{ArtifactLocation.Scheme}/{experiment.Id}") ? PurgedArtifacts.FolderOf(experiment.ArtifactLocation) : null;

    private async Task<PurgeReport> RunAloneAsync(PurgeSelection selection, Func<WriteTransaction, string, Task> audit, CancellationToken cancellationToken)
    {
        var tally = new PurgeTally();
        await MarkAsync("experiments", selection.ExperimentsWhere, selection, cancellationToken);
        var experiments = await search.ExperimentsAsync(selection, cancellationToken);
        var runsOf = experiments.ToDictionary(experiment => experiment.Id, _ => 0L);
        await foreach (var found in search.RunsAsync(selection, cancellationToken))
        {
            foreach (var run in await PurgeRunsAsync(tally, found, selection, audit, cancellationToken))
            {
                if (runsOf.TryGetValue(run.Experiment, out var known))
                {
                    runsOf[run.Experiment] = known + 1;
                }
            }
        }

        foreach (var experiment in experiments)
        {
            await PurgeExperimentAsync(tally, experiment, runsOf[experiment.Id], audit, cancellationToken);
        }

        foreach (var upload in uploads.Abandoned())
        {
            uploads.Remove(upload);
            tally.Uploads++;
        }

        var purged = await blobs.DeleteAsync(cancellationToken);
        if (purged.Count > 0)
        {
            await WriteAsync(transaction => audit(transaction, string.Create(CultureInfo.InvariantCulture, $"{purged.Count} blobs, {ByteSize.Format(purged.Bytes)}")), cancellationToken);
        }

        return tally.Report(done: true, selection.UpTo, await search.KeptAsync(selection, cancellationToken), purged, await database.GetUnusedBytesAsync(cancellationToken));
    }

    private async Task<IReadOnlyList<FoundRun>> PurgeRunsAsync(
        PurgeTally tally, IReadOnlyList<FoundRun> found, PurgeSelection selection, Func<WriteTransaction, string, Task> audit, CancellationToken cancellationToken)
    {
        // One that was restored since it was found stays.
        var marked = await MarkAsync("runs", $"id in {SqlList.Of(found.Select(run => run.Id))} and {selection.RunsWhere}", selection, cancellationToken);
        FoundRun[] runs = [.. found.Where(run => marked.Contains(run.Id))];
        long[] ids = [.. runs.Select(run => run.Id)];
        foreach (var run in runs)
        {
            tally.Add(run, await DeleteFolderAsync(tally, PurgedArtifacts.FolderOf(run.ArtifactUri), run.Experiment, cancellationToken));
        }

        await DeleteRowsAsync(tally, RowOwner.Run, ids, cancellationToken);
        tally.AddRows("runs", await WriteAsync(
            async transaction =>
            {
                foreach (var run in runs)
                {
                    await audit(transaction, string.Create(CultureInfo.InvariantCulture, $"run {run.RunId} of experiment {run.Experiment}"));
                }

                return await transaction.ExecuteAsync($"delete from runs where id in {SqlList.Of(ids)}");
            },
            cancellationToken));
        return runs;
    }

    private async Task PurgeExperimentAsync(PurgeTally tally, FoundExperiment experiment, long runs, Func<WriteTransaction, string, Task> audit, CancellationToken cancellationToken)
    {
        if (OwnFolder(experiment) is { } folder)
        {
            await DeleteFolderAsync(tally, folder, experiment.Id, cancellationToken);
        }

        await DeleteRowsAsync(tally, RowOwner.Experiment, [experiment.Id], cancellationToken);
        var gone = await WriteAsync(
            async transaction =>
            {
                await audit(transaction, string.Create(CultureInfo.InvariantCulture, $"experiment {experiment.Id} '{experiment.Name}' with {runs} runs"));
                return await transaction.ExecuteAsync("delete from experiments where id = @id", new { id = experiment.Id });
            },
            cancellationToken);
        tally.AddRows("experiments", gone);
        tally.Add(experiment, runs);
    }

    /// <summary>Marks what still is as it was found, and returns the numbers of what is marked.</summary>
    private Task<HashSet<long>> MarkAsync(string table, string where, PurgeSelection selection, CancellationToken cancellationToken)
    {
        var sql = string.Create(CultureInfo.InvariantCulture, $"update {table} set deleted_at = {Lifecycle.Purging} where {where} returning id");
        return WriteAsync(async transaction => (await transaction.QueryAsync<long>(sql, selection.Parameters)).ToHashSet(), cancellationToken);
    }

    private async Task DeleteRowsAsync(PurgeTally tally, RowOwner owner, long[] ids, CancellationToken cancellationToken)
    {
        foreach (var (rows, delete) in _owned.Where(part => part.Rows.Owner == owner))
        {
            var sql = string.Create(CultureInfo.InvariantCulture, $"select {rows.Key} from {rows.Table} where {rows.WhereOwners(ids)} limit {RowsTogether}");
            int deleted;
            do
            {
                deleted = await WriteAsync(transaction => DeleteRowsAsync(transaction, sql, delete), cancellationToken);
                tally.AddRows(rows.Table, deleted);
            }
            while (deleted == RowsTogether);
        }
    }

    // One by one, each by its whole key: `delete … where (key) in (select … limit …)` looks at all rows of a run for each part of them.
    private static async Task<int> DeleteRowsAsync(WriteTransaction transaction, string sql, Statement delete)
    {
        var keys = await transaction.QueryAsync<dynamic>(sql);
        foreach (IDictionary<string, object?> key in keys)
        {
            await transaction.ExecuteAsync(delete, [.. key.Values]);
        }

        return keys.Count;
    }

    private async Task<(long Count, long Bytes)> DeleteFolderAsync(PurgeTally tally, string folder, long experiment, CancellationToken cancellationToken)
    {
        var (count, bytes) = (0L, 0L);
        for (var after = ""; after is not null;)
        {
            var from = after;
            var part = await WriteAsync(transaction => artifacts.DeleteAsync(transaction, folder, experiment, from), cancellationToken);
            (count, bytes, after) = (count + part.Paths.Count, bytes + part.Bytes, part.Next);
            tally.AddArtifacts(part);
        }

        return (count, bytes);
    }

    private Task<T> WriteAsync<T>(Func<WriteTransaction, Task<T>> write, CancellationToken cancellationToken) => database.WriteAsync(write, cancellationToken);

    private Task<int> WriteAsync(Func<WriteTransaction, Task> write, CancellationToken cancellationToken) => database.WriteAsync(
        async transaction =>
        {
            await write(transaction);
            return 0;
        },
        cancellationToken);
}
