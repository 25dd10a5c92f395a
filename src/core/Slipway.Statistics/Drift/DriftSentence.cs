using System.Globalization;

namespace Slipway.Statistics.Drift;

/// <summary>A comparison in one sentence for people.</summary>
public static class DriftSentence
{
    /// <summary>Such as <c>temp drifted: PSI 0.41, 2 160 rows against 5 000; mean 0.33 → 0.61</c>. The groups of a number stand apart by no-break spaces.</summary>
    /// <param name="drift">The comparison, with its verdict.</param>
    /// <param name="limits">The limits it was judged by, to name the effect that passed; null for the defaults.</param>
    public static string Of(ColumnDrift drift, DriftLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(drift);
        limits ??= new DriftLimits();
        var rows = $"{Count(drift.M)} rows against {Count(drift.N)}";
        return drift.Verdict switch
        {
            DriftVerdict.InsufficientData => $"{drift.Column} cannot be judged: {TooLittle(drift, rows)}",
            DriftVerdict.Drift when drift.MissingDrifted && !Passes(drift, limits) => $"{drift.Column} drifted: {Missing(drift)}, {rows}",
            DriftVerdict.Drift => $"{drift.Column} drifted: {Effect(drift, limits)}, {rows}{Change(drift)}{(drift.MissingDrifted ? $"; {Missing(drift)}" : "")}",
            _ when Passes(drift, limits) => $"{drift.Column} is not proven to drift: {Effect(drift, limits)}, {rows}, but chance explains it (p {Number(drift.Chi2P ?? 1)})",
            _ => $"{drift.Column} is like the baseline: {Effect(drift, limits)}, {rows}",
        };
    }

    private static bool Passes(ColumnDrift drift, DriftLimits limits) => drift.Psi > limits.Psi || drift.Kl > limits.Kl;

    private static string Effect(ColumnDrift drift, DriftLimits limits) =>
        drift.Psi <= limits.Psi && drift.Kl > limits.Kl ? $"KL {Fixed(drift.Kl)}" : $"PSI {Fixed(drift.Psi)}";

    /// <summary>What a reader can picture: the mean of numbers, or, where that stayed and for text, the share of the bin that moved most.</summary>
    private static string Change(ColumnDrift drift) =>
        drift is { MeanBaseline: { } before, MeanCurrent: { } now } && Number(before) != Number(now) ? $"; mean {Number(before)} → {Number(now)}"
        : drift.Moved is { } moved ? $"; {moved.Bin} {Percent(moved.Baseline)} → {Percent(moved.Current)}"
        : "";

    private static string Missing(ColumnDrift drift) => $"missing {Percent(drift.MissingBaseline)} → {Percent(drift.MissingCurrent)}";

    private static string TooLittle(ColumnDrift drift, string rows) => drift switch
    {
        { N: 0, M: 0 } => "there are no rows",
        { N: 0 } => $"the baseline has no rows ({Count(drift.M)} now)",
        { M: 0 } => $"there are no rows ({Count(drift.N)} in the baseline)",
        { Psi: null, MissingBaseline: >= 1 } => $"the baseline has no value in {Count(drift.N)} rows",
        { Psi: null } => $"there is no value in {Count(drift.M)} rows",
        _ => $"{rows} are worth {Count((long)drift.EffectiveRows)} in a comparison, and {Count((long)Math.Ceiling(drift.RequiredRows))} are needed",
    };

    private static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture).Replace(',', '\u00A0');

    private static string Number(double value) => value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Fixed(double? value) => value is { } known ? known.ToString("F2", CultureInfo.InvariantCulture) : "unknown";

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.#} %");
}
