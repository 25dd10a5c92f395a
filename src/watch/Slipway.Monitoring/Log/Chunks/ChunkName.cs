using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Slipway.Monitoring.Log.Chunks;

/// <summary>Names of chunks: the time of opening in microseconds, so that they sort by time and none comes twice.</summary>
internal static class ChunkName
{
    /// <summary>The extension of a chunk: an Arrow IPC stream.</summary>
    public const string Extension = ".arrows";

    /// <summary>The extension of a chunk's index.</summary>
    public const string IndexExtension = ".batches";

    private const string Format = "yyyyMMdd'T'HHmmssffffff";

    /// <summary>The name for a chunk opened <paramref name="now"/>; later than <paramref name="last"/> also where the clock went back.</summary>
    public static string Next(DateTimeOffset now, string? last)
    {
        var time = now.UtcDateTime;
        if (last is not null && TryParse(last, out var before) && Text(time) is var text && string.CompareOrdinal(text, last) <= 0)
        {
            time = before.AddTicks(TimeSpan.TicksPerMicrosecond);
        }

        return Text(time);
    }

    /// <summary>True for a name that <see cref="Next"/> could have given: nothing else in the folder is touched.</summary>
    public static bool IsValid([NotNullWhen(true)] string? name) => TryParse(name, out _);

    /// <summary>When a chunk of this name was opened; null for another name.</summary>
    public static DateTime? TimeOf(string name) => TryParse(name, out var time) ? time : null;

    private static bool TryParse(string? name, out DateTime time) =>
        DateTime.TryParseExact(name, Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);

    private static string Text(DateTime time) => time.ToString(Format, CultureInfo.InvariantCulture);
}
