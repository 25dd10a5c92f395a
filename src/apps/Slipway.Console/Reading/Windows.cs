using Slipway.Monitoring.Watching;

namespace Slipway.Console.Reading;

/// <summary>Verdicts of windows, thinned to what a plot can show.</summary>
internal static class Windows
{
    /// <summary>The most windows of a plot.</summary>
    public const int Most = 240;

    /// <summary>The word of the contract for a window that can tell nothing.</summary>
    public const string Insufficient = "insufficient data";

    /// <summary>The word for a window whose whole interval is beyond the limit.</summary>
    public const string Worse = "worse";

    /// <summary>At most <see cref="Most"/> verdicts, in order. Of neighbours that share a place the one that <paramref name="stands"/> out most is kept, so that no breach is thinned away.</summary>
    public static IReadOnlyList<WindowVerdict> Thin(IReadOnlyList<WindowVerdict> verdicts, Func<WindowVerdict, double> stands)
    {
        if (verdicts.Count <= Most)
        {
            return verdicts;
        }

        var size = (verdicts.Count + Most - 1) / Most;
        return [.. verdicts.Chunk(size).Select(chunk => chunk.MaxBy(stands)!)];
    }
}
