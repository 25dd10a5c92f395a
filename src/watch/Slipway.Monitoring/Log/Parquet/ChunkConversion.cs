using System.Globalization;
using Apache.Arrow;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Parquet.Format;
using Slipway.Storage.Files;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>
/// Turns a finished chunk into Parquet files by hours of event time. May be killed at any instruction and run again: names follow from the chunk alone, files get their names when all of them
/// are durable, and the chunk goes last. Converts one chunk at a time.
/// </summary>
internal sealed class ChunkConversion(PredictionFolder folder)
{
    // Rows that are held in memory at once.
    private const int SliceRows = 65_536;

    // Beyond this many files, flushing the file system once costs less than flushing each.
    private const int FlushedEach = 16;

    // Under load the next chunk mostly comes before a full collection, and needs as much again: in new memory each page would be faulted in.
    private readonly WeakReference<Memory> _memory = new(new Memory());

    public void Run(string deployment, string chunk, CancellationToken cancellationToken)
    {
        var staging = folder.Staging(deployment, chunk);
        PrivateFiles.Delete(new DirectoryInfo(staging));
        try
        {
            PrivateFiles.CreateFolder(staging);
            Run(deployment, chunk, staging, cancellationToken);
        }
        catch
        {
            // On a full disk the room is worth more than half of the work.
            PrivateFiles.Delete(new DirectoryInfo(staging));
            throw;
        }

        PrivateFiles.Delete(new DirectoryInfo(staging));
        File.Delete(folder.Chunk(deployment, chunk));
        File.Delete(folder.Index(deployment, chunk));
    }

    private void Run(string deployment, string chunk, string staging, CancellationToken cancellationToken)
    {
        var staged = new List<StagedFile>();
        if (!_memory.TryGetTarget(out var memory))
        {
            _memory.SetTarget(memory = new Memory());
        }

        using (var reader = ChunkReader.Open(folder, deployment, chunk, memory.Chunk))
        {
            if (reader.Schema is { } schema)
            {
                var file = new HourFile(schema, memory.Buffers);
                var slice = 0;
                foreach (var batches in reader.ReadSlices(after: 0, SliceRows))
                {
                    Stage(file, batches, staging, slice++, staged, cancellationToken);
                }
            }
        }

        Flush(staging, staged);
        Publish(deployment, chunk, staged);
    }

    private static void Stage(HourFile file, List<ColumnBatch> batches, string staging, int slice, List<StagedFile> staged, CancellationToken cancellationToken)
    {
        foreach (var (hour, rows) in ByHour(batches))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var path = Path.Combine(staging, string.Create(CultureInfo.InvariantCulture, $"{staged.Count}.parquet"));
            using (var stream = PrivateFiles.CreateFile(path))
            {
                file.Write(stream, rows);
            }

            staged.Add(new StagedFile(path, new DateTime(hour * TimeSpan.TicksPerHour, DateTimeKind.Utc), slice));
        }
    }

    // The rows of each hour, hours in the order of their first row.
    private static List<(long Hour, List<FileRows> Rows)> ByHour(List<ColumnBatch> batches)
    {
        var hours = new List<(long Hour, List<FileRows> Rows)>();
        foreach (var (_, _, batch) in batches)
        {
            var times = ((TimestampArray)batch.Column(1)).Values;
            var first = HourOf(times[0]);
            if (IsWithin(times, first))
            {
                Of(first).Add(new FileRows(batch, rows: null));
                continue;
            }

            var all = times.ToArray();
            foreach (var hour in Enumerable.Range(0, batch.Length).GroupBy(row => HourOf(all[row])))
            {
                Of(hour.Key).Add(new FileRows(batch, [.. hour]));
            }
        }

        return hours;

        static bool IsWithin(ReadOnlySpan<long> times, long hour)
        {
            foreach (var time in times)
            {
                if (HourOf(time) != hour)
                {
                    return false;
                }
            }

            return true;
        }

        static long HourOf(long microseconds) => Microseconds.ToTicks(microseconds) / TimeSpan.TicksPerHour;

        List<FileRows> Of(long hour)
        {
            var at = hours.FindLastIndex(h => h.Hour == hour);
            if (at < 0)
            {
                at = hours.Count;
                hours.Add((hour, []));
            }

            return hours[at].Rows;
        }
    }

    private static void Flush(string staging, List<StagedFile> staged)
    {
        if (staged.Count > FlushedEach && PrivateFiles.TrySyncFileSystem(staging))
        {
            return;
        }

        foreach (var file in staged)
        {
            using var stream = new FileStream(file.Path, FileMode.Open, FileAccess.ReadWrite);
            stream.Flush(flushToDisk: true);
        }
    }

    private void Publish(string deployment, string chunk, List<StagedFile> staged)
    {
        var folders = new HashSet<string>();
        foreach (var file in staged)
        {
            var hour = folder.CreateHour(deployment, file.Hour);
            File.Move(file.Path, Path.Combine(hour, string.Create(CultureInfo.InvariantCulture, $"{chunk}-{file.Slice}.parquet")), overwrite: true);
            folders.Add(hour);
        }

        if (staged.Count > FlushedEach && PrivateFiles.TrySyncFileSystem(folder.Of(deployment)))
        {
            return;
        }

        foreach (var hour in folders)
        {
            PrivateFiles.SyncFolder(hour);
            PrivateFiles.SyncFolder(Path.GetDirectoryName(hour)!);
        }

        PrivateFiles.SyncFolder(folder.Of(deployment));
    }

    private sealed class Memory
    {
        public ChunkMemory Chunk { get; } = new();

        public ParquetBuffers Buffers { get; } = new();
    }

    private readonly record struct StagedFile(string Path, DateTime Hour, int Slice);
}
