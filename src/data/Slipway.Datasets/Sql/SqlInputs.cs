using System.IO.Compression;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets.Sql;

/// <summary>The files that a project's SQL is about to read, looked at one by one before DuckDB does.</summary>
internal static class SqlInputs
{
    /// <summary>
    /// Refuses Slipway's own files (the data folder often lies in a project's folder), and packed files that are not whole: DuckDB does not check their sums, and
    /// takes one that was cut off between two lines for a shorter one. Returns each file by its path in the project's folder.
    /// </summary>
    public static IReadOnlyList<(string Name, string File)> Check(DuckSession session, DatasetQuery query, string dataFolder, IReadOnlyList<string> patterns, CancellationToken stop)
    {
        var inputs = new List<(string, string)>();
        foreach (var found in patterns.SelectMany(p => session.Query("select file from glob($1::varchar)", r => r.GetString(0), p)).Distinct())
        {
            stop.ThrowIfCancellationRequested();
            var name = Path.GetRelativePath(query.Folder, found);
            var file = SafePath.Resolve(query.Folder, name, "data file");
            if (file.StartsWith(Path.TrimEndingDirectorySeparator(dataFolder) + "/", StringComparison.Ordinal))
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput, $"The SQL of {query.Name} reads '{name}', which is in Slipway's own data folder. Name the project's files more narrowly, such as 'data/*.csv'.");
            }

            if (file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || file.EndsWith(".gzip", StringComparison.OrdinalIgnoreCase))
            {
                Unpack(query, name, file, stop);
            }

            inputs.Add((name.Replace(Path.DirectorySeparatorChar, '/'), file));
        }

        return inputs;
    }

    private static void Unpack(DatasetQuery query, string name, string file, CancellationToken stop)
    {
        try
        {
            if (!IsWhole(file, stop))
            {
                throw Damaged(query, name, null);
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw Damaged(query, name, e);
        }
    }

    /// <summary>True when a packed file is complete. May throw what reading throws where it is damaged.</summary>
    public static bool IsWhole(string file, CancellationToken stop)
    {
        // The runtime's reader takes the end of the file for the end of the content, too. So a short packed file of our own is read behind it: if that arrives
        // unharmed, then the one before it was complete; if not, its bytes were taken for the missing end.
        var mark = Guid.NewGuid().ToByteArray();
        using var packed = new ChainedStream(File.OpenRead(file), new MemoryStream(Pack(mark)));
        using var content = new GZipStream(packed, CompressionMode.Decompress);
        var buffer = new byte[256 * 1024];
        var kept = 0;
        int read;
        while ((read = content.Read(buffer.AsSpan(kept))) > 0)
        {
            stop.ThrowIfCancellationRequested();
            var length = kept + read;
            kept = Math.Min(length, mark.Length);
            buffer.AsSpan(length - kept, kept).CopyTo(buffer);
        }

        return buffer.AsSpan(0, kept).SequenceEqual(mark);
    }

    private static byte[] Pack(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.NoCompression))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    private static SlipwayException Damaged(DatasetQuery query, string name, Exception? inner) => new(
        ErrorKind.InvalidInput,
        $"The SQL of {query.Name} reads '{name}', which cannot be unpacked: it is cut off, damaged or no gzip file. Copy it again.",
        inner!);
}
