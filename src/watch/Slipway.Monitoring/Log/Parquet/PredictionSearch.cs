using System.Globalization;
using Slipway.Core.Names;
using Slipway.Datasets.Duck;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Recording;
using Slipway.Storage;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Finds predictions in chunks and Parquet files.</summary>
internal sealed class PredictionSearch(PredictionFolder folder, OpenChunks open, DataFolder data, DuckEngine duck)
{
    private const int Threads = 2;

    // A chunk is open for a day at most, and its batches are written a moment after their rows arrived.
    private static readonly TimeSpan LongestChunk = TimeSpan.FromDays(1) + TimeSpan.FromMinutes(10);

    /// <summary>Rows by id.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="whole">True for rows of the open chunk, too, and for columns without any value in the rows.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<PredictionBatch>> FindAsync(string deployment, IReadOnlyCollection<string> ids, bool whole, CancellationToken cancellationToken)
    {
        if (ids.Count == 0 || !ResourceName.IsValid(deployment))
        {
            return [];
        }

        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        var found = new List<PredictionBatch>();

        // Chunks first: one that goes while it is looked for is Parquet by then. One that was read is not read again from the files that it is becoming.
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in folder.Chunks(deployment).Where(c => whole || !open.IsOpen(deployment, c)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(deployment, chunk, (batch, row) => wanted.Contains(batch.Ids[row])) is { } batches)
            {
                found.AddRange(batches);
                read.Add(chunk);
            }
        }

        var files = Files(deployment, read, Arrivals(wanted));
        foreach (var file in await LocateAsync(deployment, files, wanted, cancellationToken))
        {
            found.AddRange(await HourFileReader.ReadAsync(deployment, file, wanted.Contains, whole, cancellationToken));
        }

        return found;
    }

    /// <summary>The ids of the rows that a condition holds for, those of the open chunk among them.</summary>
    public async Task<IReadOnlyList<string>> ListIdsAsync(string deployment, RowCondition condition, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in folder.Chunks(deployment).Where(c => MayHold(c, condition.Arrivals)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(deployment, chunk, condition.Holds) is { } batches)
            {
                found.AddRange(batches.SelectMany(batch => batch.Ids));
                read.Add(chunk);
            }
        }

        var files = Files(deployment, read, condition.Arrivals);
        if (files.Count > 0 && found.Count < condition.Limit)
        {
            var sql = $"""
                select prediction_id
                from read_parquet({DuckText.List(files)}, union_by_name = true, hive_partitioning = false)
                where {condition.Sql}
                limit {condition.Limit}
                """;

            found.AddRange(await QueryAsync(deployment, sql, cancellationToken));
        }

        return [.. found.Take(condition.Limit)];
    }

    /// <summary>The rule's knowledge of a deployment that has no chunk left: its newest hour says whether it is in replay.</summary>
    public async Task ObserveNewestAsync(string deployment, EventTimeRule times, CancellationToken cancellationToken)
    {
        var root = folder.Of(deployment);
        var date = Directory.EnumerateDirectories(root, "date=*").Max(StringComparer.Ordinal);
        var hour = date is null ? null : Directory.EnumerateDirectories(date, "hour=*").Max(StringComparer.Ordinal);
        var file = hour is null ? null : Directory.EnumerateFiles(hour, "*.parquet").Max(StringComparer.Ordinal);
        if (file is not null)
        {
            foreach (var batch in await HourFileReader.ReadAsync(deployment, file, static _ => true, whole: false, cancellationToken))
            {
                times.Observe(batch);
            }
        }
    }

    // A chunk is named by when it was opened.
    private static bool MayHold(string chunk, (DateTime From, DateTime To)? arrivals) =>
        ChunkName.TimeOf(chunk) is { } opened && (arrivals is not var (from, to) || (opened >= from - LongestChunk && opened <= to + TimeSpan.FromMinutes(10)));

    private List<PredictionBatch>? Find(string deployment, string chunk, Func<PredictionBatch, int, bool> isWanted)
    {
        try
        {
            using var reader = ChunkReader.Open(folder, deployment, chunk);
            var found = new List<PredictionBatch>();
            foreach (var (_, _, batch) in reader.Read(0))
            {
                var rows = Enumerable.Range(0, batch.Rows).Where(r => isWanted(batch, r)).ToArray();
                if (rows.Length > 0)
                {
                    found.Add(batch.Pick(rows));
                }
            }

            return found;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    // Ids that Slipway gave tell when their rows arrived, and so in which chunks they are; with ids of callers every file is looked at.
    private static (DateTime From, DateTime To)? Arrivals(HashSet<string> wanted)
    {
        var from = DateTime.MaxValue;
        var to = DateTime.MinValue;
        foreach (var id in wanted)
        {
            var slash = id.IndexOf('/', StringComparison.Ordinal);
            if (!Guid.TryParseExact(slash < 0 ? id : id[..slash], "D", out var guid) || guid.Version != 7)
            {
                return null;
            }

            var milliseconds = long.Parse(guid.ToString("N").AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            {
                return null;
            }

            var time = DateTime.UnixEpoch.AddMilliseconds(milliseconds);
            from = time < from ? time : from;
            to = time > to ? time : to;
        }

        return (from, to);
    }

    private List<string> Files(string deployment, HashSet<string> read, (DateTime From, DateTime To)? arrivals)
    {
        var root = folder.Of(deployment);
        var files = new List<string>();
        foreach (var date in Folders(root, "date=*"))
        {
            foreach (var hour in Folders(date, "hour=*"))
            {
                files.AddRange(Directory.EnumerateFiles(hour, "*.parquet").Where(file => ChunkOf(file) is var chunk && !read.Contains(chunk) && MayHold(chunk, arrivals)));
            }
        }

        return files;

        static IEnumerable<string> Folders(string parent, string pattern) => Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, pattern) : [];

        static string ChunkOf(string file) => Path.GetFileNameWithoutExtension(file) is var name ? name[..Math.Max(0, name.LastIndexOf('-'))] : "";
    }

    private async Task<IReadOnlyList<string>> LocateAsync(string deployment, List<string> files, HashSet<string> wanted, CancellationToken cancellationToken)
    {
        if (files.Count <= 1)
        {
            return files;
        }

        // The first file's columns stand for all: the only one that is read is in each.
        var sql = $"""
            select distinct filename
            from read_parquet({DuckText.List(files)}, filename = true, hive_partitioning = false)
            where prediction_id in ({string.Join(", ", wanted.Select(DuckText.Literal))})
            order by filename
            """;

        return await QueryAsync(deployment, sql, cancellationToken);
    }

    private async Task<IReadOnlyList<string>> QueryAsync(string deployment, string sql, CancellationToken cancellationToken)
    {
        using var work = data.CreateWorkFolder("predictions");
        var access = new DuckAccess(work.Path, [folder.Of(deployment)], []);
        return await duck.RunAsync($"the search in {deployment}'s predictions", access, (session, _) =>
        {
            session.Lock(Threads);
            return session.Query(sql, reader => reader.GetString(0));
        }, cancellationToken);
    }
}
