using System.IO.Compression;
using Slipway.Core.Errors;
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
        foreach (var pattern in patterns.Where(p => p.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || p.EndsWith('*')).Distinct())
        {
            foreach (var file in session.Query("select file from glob($1::varchar)", r => r.GetString(0), pattern))
            {
                if (file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
                {
                    Verify(query, file, stop);
                }
            }
        }
    }

    private static void Verify(DatasetQuery query, string file, CancellationToken stop)
    {
        var buffer = new byte[256 * 1024];
        try
        {
            using var packed = File.OpenRead(file);
            using var content = new GZipStream(packed, CompressionMode.Decompress);
            while (content.Read(buffer) > 0)
            {
                stop.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                $"The SQL of {query.Name} reads '{Path.GetRelativePath(query.Folder, file)}', which cannot be unpacked: it is damaged, cut off or no gzip file. Copy it again ({e.Message})",
                e);
        }
    }
}
