using System.Globalization;
using Dapper;
using Slipway.Storage;
using Slipway.Storage.Blobs;
using Slipway.Tracking.Artifacts;

namespace Slipway.Tracking.Purging;

/// <summary>Says what a purge would do, and changes nothing.</summary>
internal sealed class PurgePlan(Database database, PurgeSearch search, PurgedArtifacts artifacts, IEnumerable<OwnedRows> owned, IBlobPurge blobs, MultipartUploads uploads)
{
    public async Task<PurgeReport> ReadAsync(PurgeSelection selection, CancellationToken cancellationToken)
    {
        await search.CheckAsync(selection, cancellationToken);
        var tally = new PurgeTally { Uploads = uploads.Abandoned().Count };
        var released = new Dictionary<string, long>(StringComparer.Ordinal);
        var experiments = await search.ExperimentsAsync(selection, cancellationToken);
        var runsOf = experiments.ToDictionary(experiment => experiment.Id, _ => 0L);

        // Whose folder goes as a whole, and with it those of its runs, which must not be counted twice.
        var whole = experiments.Where(experiment => Purge.OwnFolder(experiment) is not null).Select(experiment => experiment.Id).ToHashSet();
        await foreach (var runs in search.RunsAsync(selection, cancellationToken))
        {
            foreach (var run in runs)
            {
                var isPart = whole.Contains(run.Experiment);
                tally.Add(run, await CountAsync(isPart ? null : tally, released, PurgedArtifacts.FolderOf(run.ArtifactUri), run.Experiment, cancellationToken));
                if (runsOf.TryGetValue(run.Experiment, out var known))
                {
                    runsOf[run.Experiment] = known + 1;
                }
            }

            await CountRowsAsync(tally, RowOwner.Run, [.. runs.Select(run => run.Id)], cancellationToken);
            tally.AddRows("runs", runs.Count);
        }

        foreach (var experiment in experiments)
        {
            if (Purge.OwnFolder(experiment) is { } folder)
            {
                await CountAsync(tally, released, folder, experiment.Id, cancellationToken);
            }

            await CountRowsAsync(tally, RowOwner.Experiment, [experiment.Id], cancellationToken);
            tally.Add(experiment, runsOf[experiment.Id]);
        }

        tally.AddRows("experiments", experiments.Count);
        return tally.Report(
            done: false, selection.UpTo, await search.KeptAsync(selection, cancellationToken), await blobs.PlanAsync(ArtifactTable.Name, released, cancellationToken), await database.GetUnusedBytesAsync(cancellationToken));
    }

    private async Task<(long Count, long Bytes)> CountAsync(PurgeTally? tally, Dictionary<string, long> released, string folder, long experiment, CancellationToken cancellationToken)
    {
        var (count, bytes) = (0L, 0L);
        for (var after = ""; after is not null;)
        {
            var from = after;
            var part = await database.ReadAsync(
                connection => artifacts.ReadAsync(async (sql, values) => (await connection.QueryAsync<PurgedArtifacts.Row>(sql, values)).AsList(), folder, experiment, from), cancellationToken);
            (count, bytes, after) = (count + part.Paths.Count, bytes + part.Bytes, part.Next);
            tally?.AddArtifacts(part);
            foreach (var row in tally is null ? [] : part.Paths)
            {
                released[row.Digest] = released.GetValueOrDefault(row.Digest) + 1;
            }
        }

        return (count, bytes);
    }

    private async Task CountRowsAsync(PurgeTally tally, RowOwner owner, long[] ids, CancellationToken cancellationToken)
    {
        foreach (var rows in owned.Where(rows => rows.Owner == owner))
        {
            var sql = string.Create(CultureInfo.InvariantCulture, $"select count(*) from {rows.Table} where {rows.WhereOwners(ids)}");
            tally.AddRows(rows.Table, await database.ReadAsync(connection => connection.ExecuteScalarAsync<long>(sql), cancellationToken));
        }
    }
}
