using System.IO.Compression;
using Slipway.Core.Errors;
using Slipway.Core.Files;
using Slipway.Datasets.Duck;

namespace Slipway.Datasets.Sql;

/// <summary>
/// Reads packed files to their end once, before DuckDB does: it does not check their sums, and takes a file that was cut off between two lines for a shorter one.
/// </summary>
internal static class GzipCheck
{
    /// <summary>Checks every gzip file that <paramref name="patterns"/> match.</summary>
    public static void Verify(DuckSession session, DatasetQuery query, IReadOnlyList<string> patterns, CancellationToken stop)
    {
        var files = patterns.SelectMany(p => session.Query("select file from glob($1::varchar)", r => r.GetString(0), p)).Distinct();
        foreach (var file in files.Where(f => f.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || f.EndsWith(".gzip", StringComparison.OrdinalIgnoreCase)))
        {
            var name = Path.GetRelativePath(query.Folder, file);
            try
            {
                if (!IsWhole(SafePath.Resolve(query.Folder, name, "data file"), stop))
                {
                    throw Damaged(query, name, null);
                }
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                throw Damaged(query, name, e);
            }
        }
    }

    // The runtime's reader takes the end of the file for the end of the content, too. So a short packed file of our own is read behind it: if that arrives
    // unharmed, then the one before it was complete; if not, its bytes were taken for the missing end.
    private static bool IsWhole(string file, CancellationToken stop)
    {
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
