using System.Globalization;
using Slipway.Core.Names;
using Slipway.Datasets.Duck;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Recording;
using Slipway.Storage;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Finds predictions by id in finished chunks and Parquet files.</summary>
internal sealed class PredictionSearch(PredictionFolder folder, OpenChunks open, DataFolder data, DuckEngine duck)
{
    private const int Threads = 2;

    // A chunk is open for a day at most, and its batches are written a moment after their rows arrived.
    private static readonly TimeSpan LongestChunk = TimeSpan.FromDays(1) + TimeSpan.FromMinutes(10);

    public async Task<IReadOnlyList<PredictionBatch>> FindAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0 || !ResourceName.IsValid(deployment))
        {
            return [];
        }

        var wanted = ids.ToHashSet(StringComparer.Ordinal);
        var found = new List<PredictionBatch>();

        // Chunks first: one that goes while it is looked for is Parquet by then. One that was read is not read again from the files that it is becoming.
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in folder.Chunks(deployment).Where(c => !open.IsOpen(deployment, c)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(deployment, chunk, wanted) is { } batches)
            {
                found.AddRange(batches);
                read.Add(chunk);
            }
        }

        var files = Files(deployment, read, Arrivals(wanted));
        foreach (var file in await LocateAsync(deployment, files, wanted, cancellationToken))
        {
            found.AddRange(await HourFileReader.ReadAsync(deployment, file, wanted.Contains, cancellationToken));
        }

        return found;
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
            foreach (var batch in await HourFileReader.ReadAsync(deployment, file, static _ => true, cancellationToken))
            {
                times.Observe(batch);
            }
        }
    }

    private List<PredictionBatch>? Find(string deployment, string chunk, HashSet<string> wanted)
    {
        try
        {
            using var reader = ChunkReader.Open(folder, deployment, chunk);
            var found = new List<PredictionBatch>();
            foreach (var (_, _, batch) in reader.Read(0))
            {
                var rows = Enumerable.Range(0, batch.Rows).Where(r => wanted.Contains(batch.Ids[r])).ToArray();
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
                files.AddRange(Directory.EnumerateFiles(hour, "*.parquet").Where(MayHold));
            }
        }

        return files;

        static IEnumerable<string> Folders(string parent, string pattern) => Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, pattern) : [];

        bool MayHold(string file)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var chunk = name[..Math.Max(0, name.LastIndexOf('-'))];
            return ChunkName.TimeOf(chunk) is { } opened
                && !read.Contains(chunk)
                && (arrivals is not var (from, to) || (opened >= from - LongestChunk && opened <= to + TimeSpan.FromMinutes(10)));
        }
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

        using var work = data.CreateWorkFolder("predictions");
        var access = new DuckAccess(work.Path, [folder.Of(deployment)], []);
        return await duck.RunAsync($"the search in {deployment}'s predictions", access, (session, _) =>
        {
            session.Lock(Threads);
            return session.Query(sql, reader => reader.GetString(0));
        }, cancellationToken);
    }
}
