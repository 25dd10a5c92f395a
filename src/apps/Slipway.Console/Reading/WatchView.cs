using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Watching;

namespace Slipway.Console.Reading;

/// <summary>All that the watch panel shows, read at one moment.</summary>
public sealed record WatchView
{
    /// <summary>What is shown of it.</summary>
    public WatchChoice Choice { get; init; } = WatchChoice.All;

    /// <summary>False where the server records no predictions.</summary>
    public bool IsRecorded { get; init; } = true;

    /// <summary>Windows and verdicts; null when nothing was ever recorded.</summary>
    public DeploymentWatch? Watch { get; init; }

    /// <summary>Alerts, firing ones first, then the newest first.</summary>
    public IReadOnlyList<AlertState> Alerts { get; init; } = [];

    /// <summary>What happened, oldest first.</summary>
    public IReadOnlyList<TimelineMark> Marks { get; init; } = [];

    /// <summary>Runs of the pipeline, newest first.</summary>
    public IReadOnlyList<TrainingLine> Trainings { get; init; } = [];

    /// <summary>The population stability index above which a column has drifted.</summary>
    public double PsiLimit { get; init; }

    /// <summary>How many alerts fire.</summary>
    public int Firing => Alerts.Count(a => a.Firing);

    /// <summary>The verdicts of the chosen segment, oldest first.</summary>
    public IReadOnlyList<WindowVerdict> Verdicts => Watch is null ? [] : [.. Watch.Verdicts.Where(v => v.Segment == Choice.Segment)];

    /// <summary>Segments that are judged apart, in order.</summary>
    public IReadOnlyList<string> Segments => Watch is null ? [] : [.. Watch.Verdicts.Select(v => v.Segment).Where(s => s.Length > 0).Distinct().Order(StringComparer.Ordinal)];
}

/// <summary>What is shown of a watch; it stands in the page's address.</summary>
/// <param name="Segment">The segment whose verdicts are shown; empty for all requests.</param>
/// <param name="Days">How many days back from the deployment's own now; null for all.</param>
public sealed record WatchChoice(string Segment, int? Days)
{
    /// <summary>The lengths that are offered, in days.</summary>
    public static readonly IReadOnlyList<int> Offered = [365, 90, 30, 7, 1];

    /// <summary>Everything.</summary>
    public static readonly WatchChoice All = new("", null);

    /// <summary>Reads what an address says. Whatever is no such choice is all: an address is typed by people.</summary>
    public static WatchChoice Read(string? segment, string? days) =>
        new(segment is { Length: <= 300 } ? segment : "", int.TryParse(days, out var count) && Offered.Contains(count) ? count : null);

    /// <summary>As a part of an address, without its question mark; empty for everything.</summary>
    public string ToQuery() => string.Join('&', new[]
    {
        Segment.Length > 0 ? "segment=" + Uri.EscapeDataString(Segment) : null,
        Days is { } days ? "days=" + days.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
    }.OfType<string>());
}
