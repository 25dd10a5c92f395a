using System.Globalization;
using Slipway.Core.Text;
using Slipway.Output;
using Slipway.Statistics.Drift;

namespace Slipway.Drift;

/// <summary>The comparison for people: a table of at most 80 columns, what drifted most first, then sentences.</summary>
internal static class DriftTable
{
    private const int MostSentences = 10;

    public static void Write(FileDrift result, DriftLimits limits, Terminal terminal)
    {
        var columns = result.Columns.OrderBy(c => Rank(c.Drift.Verdict)).ThenByDescending(c => c.Drift.Psi ?? 0).ToList();
        terminal.Say(Line("column", "verdict", "PSI", "KL", "KS", "χ² p", "missing %"));
        foreach (var column in columns.Select(c => c.Drift))
        {
            terminal.Say(Line(
                Excerpt.Of(column.Column, 20),
                Word(column.Verdict),
                Fixed(column.Psi),
                Fixed(column.Kl),
                Fixed(column.Ks),
                P(column.Chi2P),
                column.MissingBaseline + column.MissingCurrent == 0 ? "" : $"{Percent(column.MissingBaseline)}→{Percent(column.MissingCurrent)}"));
        }

        terminal.Say("");
        var said = columns.Where(c => c.Drift.Verdict != DriftVerdict.Ok).ToList();
        foreach (var column in said.Take(MostSentences))
        {
            terminal.Say(DriftSentence.Of(column.Drift with { Column = Excerpt.Of(column.Drift.Column) }, limits));
        }

        if (said.Count > MostSentences)
        {
            terminal.Say($"… and {said.Count - MostSentences} more.");
        }

        foreach (var column in result.NotCompared)
        {
            terminal.Say($"{Excerpt.Of(column.Column)} is not compared: {column.Reason}");
        }

        terminal.Say(Summary(result));
    }

    /// <summary>The dataset's verdict in one sentence.</summary>
    public static string Summary(FileDrift result)
    {
        var rows = $"{Count(result.M)} rows against {Count(result.N)}";
        return result.Dataset.Verdict switch
        {
            DriftVerdict.Drift => $"Drift: {result.Dataset.Drifted} of {result.Columns.Count} columns drifted, {rows}.",
            DriftVerdict.InsufficientData => $"Insufficient data: no column can be judged, {rows}.",
            _ => $"No drift: {result.Columns.Count(c => c.Drift.Verdict == DriftVerdict.Ok)} of {result.Columns.Count} columns are like the baseline"
                + $"{(result.Columns.Any(c => c.Drift.Verdict == DriftVerdict.InsufficientData) ? ", the others cannot be judged" : "")}, {rows}.",
        };
    }

    /// <summary>The verdict's words.</summary>
    public static string Word(DriftVerdict verdict) => verdict switch
    {
        DriftVerdict.Drift => "drift",
        DriftVerdict.InsufficientData => "insufficient data",
        _ => "ok",
    };

    public static string Fixed(double? value) => value?.ToString(value < 100 ? "F3" : "F0", CultureInfo.InvariantCulture) ?? "-";

    public static string P(double? p) => p switch
    {
        null => "-",
        0 => "0",
        < 0.001 => p.Value.ToString("0E+0", CultureInfo.InvariantCulture).Replace("E-", "e-", StringComparison.Ordinal),
        _ => p.Value.ToString("F3", CultureInfo.InvariantCulture),
    };

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '\u00A0');

    private static int Rank(DriftVerdict verdict) => verdict switch { DriftVerdict.Drift => 0, DriftVerdict.InsufficientData => 1, _ => 2 };

    private static string Percent(double share) => (100 * share).ToString("0.#", CultureInfo.InvariantCulture);

    private static string Line(string column, string verdict, string psi, string kl, string ks, string p, string missing) =>
        $"{column,-21} {verdict,-17} {psi,6} {kl,6} {ks,6} {p,7} {missing,10}".TrimEnd();
}
