using Slipway.Monitoring.Watching;
using Slipway.Statistics.Drift;

namespace Slipway.Console.Reading;

/// <summary>How far one column lay from the training data, window by window.</summary>
/// <param name="Column">The column.</param>
/// <param name="Points">Windows in order.</param>
public sealed record DriftColumn(string Column, IReadOnlyList<DriftPoint> Points);

/// <summary>One column in one window.</summary>
/// <param name="At">The window's end (UTC).</param>
/// <param name="Psi">The population stability index; null where one side has no value.</param>
/// <param name="Verdict">What was concluded from it.</param>
public sealed record DriftPoint(DateTimeOffset At, double? Psi, DriftVerdict Verdict);

/// <summary>The columns that moved most.</summary>
internal static class DriftView
{
    // What no window could judge comes after all that one could.
    private const double Unjudged = 1e6;

    /// <summary>The columns with the highest index in any of the windows, the highest first.</summary>
    public static IReadOnlyList<DriftColumn> Moved(IReadOnlyList<WindowVerdict> verdicts, int most = 3)
    {
        var names = verdicts
            .SelectMany(v => v.Drift)
            .GroupBy(d => d.Column)
            .Select(g => (Column: g.Key, Highest: g.Max(d => d.Verdict == DriftVerdict.InsufficientData ? d.Psi - Unjudged : d.Psi)))
            .Where(c => c.Highest is not null)
            .OrderByDescending(c => c.Highest)
            .ThenBy(c => c.Column, StringComparer.Ordinal)
            .Take(most);
        var thinned = Windows.Thin(verdicts, v => v.Drift.Max(d => d.Psi) ?? -1);
        return [.. names.Select(name => new DriftColumn(name.Column, [.. thinned.Select(v => Of(v, name.Column))]))];
    }

    /// <summary>A column of the newest window as a table's line: the whole contract of a report, effect beside evidence.</summary>
    public static IReadOnlyList<ColumnDrift> Newest(IReadOnlyList<WindowVerdict> verdicts) => verdicts.Count == 0
        ? []
        : [.. verdicts[^1].Drift.OrderByDescending(d => d.Psi ?? -1).ThenBy(d => d.Column, StringComparer.Ordinal)];

    /// <summary>The verdict as people read it.</summary>
    public static string Word(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => "drift",
        DriftVerdict.Ok => "ok",
        _ => Windows.Insufficient,
    };

    private static DriftPoint Of(WindowVerdict window, string column) =>
        window.Drift.FirstOrDefault(d => d.Column == column) is { } found ? new DriftPoint(window.At, found.Psi, found.Verdict) : new DriftPoint(window.At, null, DriftVerdict.InsufficientData);
}
