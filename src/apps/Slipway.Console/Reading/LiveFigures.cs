using Slipway.Console.Components.Plots;
using Slipway.Serving.Figures;

namespace Slipway.Console.Reading;

/// <summary>Turns a deployment's figures into lines over the last ten minutes.</summary>
internal static class LiveFigures
{
    /// <summary>How far back the plots go.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Versions drawn at once; a legend of more is not read.</summary>
    public const int MaxVersions = 4;

    private static readonly TimeSpan SlotLength = TimeSpan.FromSeconds(5);
    private const int Slots = 120;

    /// <summary>Requests a second, by version.</summary>
    public static IReadOnlyList<LiveSeries> Rate(IReadOnlyList<VersionFigures> figures, DateTimeOffset now) => ByVersion(figures, now, s => s.Requests / SlotLength.TotalSeconds, 0);

    /// <summary>Errors a second, by version.</summary>
    public static IReadOnlyList<LiveSeries> Errors(IReadOnlyList<VersionFigures> figures, DateTimeOffset now) => ByVersion(figures, now, s => s.Errors / SlotLength.TotalSeconds, 0);

    /// <summary>The 95 % quantile of latency, by version; a gap where nothing was asked.</summary>
    public static IReadOnlyList<LiveSeries> Latency(IReadOnlyList<VersionFigures> figures, DateTimeOffset now) => ByVersion(figures, now, s => s.P95, null);

    /// <summary>Requests a second over the last half minute, all versions together.</summary>
    public static double RecentRate(IReadOnlyList<VersionFigures> figures, DateTimeOffset now) =>
        Recent(figures, now).Sum(s => s.Requests) / 30.0;

    /// <summary>The largest 95 % quantile of the last half minute's slots, in milliseconds; null when nothing was asked.</summary>
    public static double? RecentP95(IReadOnlyList<VersionFigures> figures, DateTimeOffset now) => Recent(figures, now).Max(s => s.P95);

    /// <summary>A version's requests and errors of the window, minute by minute, oldest first; minutes without requests are left out.</summary>
    public static IReadOnlyList<(int MinutesAgo, VersionFigures Version, long Requests, long Errors, double? P95)> ByMinute(IReadOnlyList<VersionFigures> figures, DateTimeOffset now) =>
    [
        .. from version in figures
           from slot in version.Recent
           let ago = (int)((now - slot.At) / TimeSpan.FromMinutes(1))
           where ago is >= 0 and < 10
           group slot by (ago, version) into minute
           orderby minute.Key.ago descending
           select (minute.Key.ago, minute.Key.version, minute.Sum(s => s.Requests), minute.Sum(s => s.Errors), minute.Max(s => s.P95)),
    ];

    private static IEnumerable<FigureSlot> Recent(IReadOnlyList<VersionFigures> figures, DateTimeOffset now) =>
        figures.SelectMany(f => f.Recent).Where(s => s.At + SlotLength <= now && s.At >= now - TimeSpan.FromSeconds(30) - SlotLength).OrderByDescending(s => s.At);

    private static List<LiveSeries> ByVersion(IReadOnlyList<VersionFigures> figures, DateTimeOffset now, Func<FigureSlot, double?> value, double? absent)
    {
        var series = new List<LiveSeries>();
        var first = Floor(now - Window);
        foreach (var version in figures.Take(MaxVersions))
        {
            var slots = new Dictionary<DateTimeOffset, FigureSlot>();
            foreach (var slot in version.Recent)
            {
                slots[Floor(slot.At)] = slot;
            }

            var points = new List<LivePoint>(Slots);
            for (var at = first; at + SlotLength <= now; at += SlotLength)
            {
                // The slot that is still filling is left out: it would always look like a fall.
                points.Add(new LivePoint(1 - ((now - at) / Window), slots.TryGetValue(at, out var slot) ? value(slot) : absent));
            }

            points.RemoveAll(p => p.Place < 0);
            series.Add(new LiveSeries(version.Version.Version.ToString(), $"line-{series.Count + 1}", points));
        }

        return series;
    }

    private static DateTimeOffset Floor(DateTimeOffset at) => new(at.UtcTicks - (at.UtcTicks % SlotLength.Ticks), TimeSpan.Zero);
}
