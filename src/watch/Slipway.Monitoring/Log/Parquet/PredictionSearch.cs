using Apache.Arrow;
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

    // Up to so many files are looked into one by one; with more of them a query finds those that have something.
    private const int MostOpened = 8;

    // Where rows of a version are few, older files are not searched without end.
    private const int MostNewest = 24;

    // How far the clock that named a chunk, the clock of a caller who made an id, and a request that was long on its way may be apart.
    private static readonly TimeSpan Slack = TimeSpan.FromMinutes(10);

    /// <summary>What searches have read.</summary>
    public SearchReads Reads { get; } = new();

    /// <summary>Rows by id.</summary>
    /// <param name="deployment">The deployment.</param>
    /// <param name="ids">The ids.</param>
    /// <param name="whole">True for rows of the open chunk, too, and for columns without any value in the rows; and for a caller's id that looks as if it told the time of its arrival, and does not.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    public async Task<IReadOnlyList<PredictionBatch>> FindAsync(string deployment, IReadOnlyCollection<string> ids, bool whole, CancellationToken cancellationToken)
    {
        if (ids.Count == 0 || !ResourceName.IsValid(deployment))
        {
            return [];
        }

        // Ids that Slipway gave tell when their rows arrived, and so in which chunks they are; with ids of callers every file is looked at.
        var wanted = new WantedIds(ids);
        var arrivals = wanted.Arrivals();
        var found = await FindAsync(deployment, wanted, arrivals, whole, cancellationToken);
        return found.Count == 0 && whole && arrivals is not null ? await FindAsync(deployment, wanted, null, whole, cancellationToken) : found;
    }

    /// <summary>The ids of the rows that a condition holds for, those of the open chunk among them.</summary>
    public async Task<IReadOnlyList<string>> ListIdsAsync(string deployment, RowCondition condition, CancellationToken cancellationToken)
    {
        var places = Places(deployment, condition.Arrivals);
        var found = new List<string>();
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in places.Chunks)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(deployment, chunk, (schema, columns) => MayHold(schema, columns, condition), condition.Holds) is { } batches)
            {
                found.AddRange(batches.SelectMany(batch => batch.Ids));
                read.Add(chunk);
            }
        }

        foreach (var file in await LocateAsync(deployment, FilesBut(read, places, deployment, condition.Arrivals), condition.Sql, union: true, cancellationToken))
        {
            if (found.Count >= condition.Limit)
            {
                break;
            }

            found.AddRange(await HourFileReader.ListIdsAsync(file, condition, Reads, cancellationToken));
        }

        return [.. found.Take(condition.Limit)];
    }

    /// <summary>The newest rows that a version answered well, from the newest chunks and files: enough to see what callers send, however long the log is.</summary>
    public async Task<IReadOnlyList<PredictionBatch>> ReadNewestAsync(string deployment, VersionReference version, int most, CancellationToken cancellationToken)
    {
        if (!ResourceName.IsValid(deployment))
        {
            return [];
        }

        var newest = new NewestRows(version, most);
        var places = Places(deployment, arrivals: null);
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in places.Chunks.OrderDescending(StringComparer.Ordinal).Take(MostNewest))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (newest.IsFull)
            {
                return newest.Batches;
            }

            try
            {
                using var reader = ChunkReader.Open(folder, deployment, chunk);
                newest.AddOlder(reader.Read(0).Select(entry => entry.Batch));
                read.Add(chunk);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // It has become Parquet, and its files are among those that follow.
            }
        }

        var condition = new RowCondition((DateTime.MinValue, DateTime.MaxValue), version, most);
        foreach (var file in FilesBut(read, places, deployment, arrivals: null).OrderDescending(StringComparer.Ordinal).Take(MostNewest).TakeWhile(_ => !newest.IsFull))
        {
            var ids = await HourFileReader.ListIdsAsync(file, condition, Reads, cancellationToken);
            if (ids.Count > 0)
            {
                newest.AddOlder(await HourFileReader.ReadAsync(deployment, file, new WantedIds([.. ids.Skip(ids.Count - most)]), whole: true, Reads, cancellationToken));
            }
        }

        return newest.Batches;
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
            foreach (var batch in await HourFileReader.ReadAsync(deployment, file, wanted: null, whole: false, Reads, cancellationToken))
            {
                times.Observe(batch);
            }
        }
    }

    private async Task<List<PredictionBatch>> FindAsync(string deployment, WantedIds wanted, (DateTime From, DateTime To)? arrivals, bool whole, CancellationToken cancellationToken)
    {
        // Chunks first: one that goes while it is looked for is Parquet by then. One that was read is not read again from the files that it is becoming.
        var places = Places(deployment, arrivals);
        var found = new List<PredictionBatch>();
        var read = new HashSet<string>(StringComparer.Ordinal);
        foreach (var chunk in places.Chunks.Where(c => whole || !open.IsOpen(deployment, c)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Find(deployment, chunk, (_, columns) => MayHold(columns, wanted), (batch, row) => wanted.Contains(batch.Ids.Utf8(row))) is { } batches)
            {
                found.AddRange(batches);
                read.Add(chunk);
            }
        }

        var condition = $"prediction_id in ({string.Join(", ", wanted.All.Select(DuckText.Literal))})";
        foreach (var file in await LocateAsync(deployment, FilesBut(read, places, deployment, arrivals), condition, union: false, cancellationToken))
        {
            found.AddRange(await HourFileReader.ReadAsync(deployment, file, wanted, whole, Reads, cancellationToken));
        }

        return found;
    }

    // The rows that isWanted, of batches whose columns do not rule it out: values are taken out of no others. Null when the chunk has gone.
    private List<PredictionBatch>? Find(string deployment, string chunk, Func<ChunkSchema, RecordBatch, bool> mayHold, Func<PredictionBatch, int, bool> isWanted)
    {
        try
        {
            using var reader = ChunkReader.Open(folder, deployment, chunk);
            var found = new List<PredictionBatch>();
            foreach (var (_, _, batch) in reader.Read(0, columns => mayHold(reader.Schema!, columns)))
            {
                Reads.AddChunkBatch();
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

    private static bool MayHold(RecordBatch columns, WantedIds wanted)
    {
        var ids = (StringArray)columns.Column(0);
        for (var i = 0; i < ids.Length; i++)
        {
            if (wanted.Contains(ids.GetBytes(i)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool MayHold(ChunkSchema schema, RecordBatch columns, RowCondition condition)
    {
        var arrivals = ((TimestampArray)columns.Column(2)).Values;
        var runs = condition.Run is null || !schema.HasCalls ? [] : ((Int64Array)columns.Column(ChunkSchema.FixedColumns + schema.Values.Count + 4)).Values;
        for (var i = 0; i < arrivals.Length; i++)
        {
            if (arrivals[i] >= condition.From && arrivals[i] <= condition.To && (condition.Run is not { } run || (i < runs.Length && runs[i] == run.Number)))
            {
                return true;
            }
        }

        return false;
    }

    // Where rows may be that arrived at this time, or at any.
    private (IReadOnlyList<string> Chunks, List<string> Files) Places(string deployment, (DateTime From, DateTime To)? arrivals)
    {
        var chunks = folder.Chunks(deployment);
        var files = Files(deployment);
        if (arrivals is not var (from, to))
        {
            return (chunks, files);
        }

        // A deployment has one open chunk, named by when it was opened: what it has arrived before the next one was.
        var opened = chunks.Concat(files.Select(ChunkOf)).Distinct().Order(StringComparer.Ordinal).Select(name => (Name: name, Time: ChunkName.TimeOf(name))).Where(c => c.Time is not null).ToList();
        var near = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < opened.Count; i++)
        {
            if (opened[i].Time <= to + Slack && (i + 1 == opened.Count || opened[i + 1].Time >= from - Slack))
            {
                near.Add(opened[i].Name);
            }
        }

        return ([.. chunks.Where(near.Contains)], files.FindAll(file => near.Contains(ChunkOf(file))));
    }

    // The list was made before the chunks were read: those of it that were not may have become Parquet since then, and their files are in the folders by now.
    private List<string> FilesBut(HashSet<string> read, (IReadOnlyList<string> Chunks, List<string> Files) places, string deployment, (DateTime From, DateTime To)? arrivals) =>
        (places.Chunks.All(read.Contains) ? places.Files : Places(deployment, arrivals).Files).FindAll(file => !read.Contains(ChunkOf(file)));

    private List<string> Files(string deployment)
    {
        var files = new List<string>();
        foreach (var date in Folders(folder.Of(deployment), "date=*"))
        {
            foreach (var hour in Folders(date, "hour=*"))
            {
                files.AddRange(Directory.EnumerateFiles(hour, "*.parquet"));
            }
        }

        return files;

        static IEnumerable<string> Folders(string parent, string pattern) => Directory.Exists(parent) ? Directory.EnumerateDirectories(parent, pattern) : [];
    }

    private static string ChunkOf(string file) => Path.GetFileNameWithoutExtension(file) is var name ? name[..Math.Max(0, name.LastIndexOf('-'))] : "";

    // Of many files, those that have a row for which a condition holds. Without union the first file's columns stand for all: what is read is in each.
    private async Task<IReadOnlyList<string>> LocateAsync(string deployment, List<string> files, string condition, bool union, CancellationToken cancellationToken)
    {
        if (files.Count <= MostOpened)
        {
            return files;
        }

        Reads.AddQuery();
        var sql = $"""
            select distinct filename
            from read_parquet({DuckText.List(files)}, union_by_name = {(union ? "true" : "false")}, filename = true, hive_partitioning = false)
            where {condition}
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
