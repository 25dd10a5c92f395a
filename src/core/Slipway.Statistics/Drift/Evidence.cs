namespace Slipway.Statistics.Drift;

/// <summary>When an effect is a drift, and when there are too few rows to say.</summary>
internal static class Evidence
{
    /// <summary>n·m/(n + m): what two samples are worth together; 0 when one is empty.</summary>
    public static double Together(double n, double m) => n == 0 || m == 0 ? 0 : n / (n + m) * m;

    /// <summary>The effective rows from which on chance passes neither limit: its mean plus three standard deviations, (B − 1 + 3√(2(B − 1)))/limit for PSI, half of it for KL.</summary>
    public static double Required(int bins, DriftLimits limits) => Math.Max(RequiredForPsi(bins, limits), RequiredForKl(bins, limits));

    /// <summary>True when the values' effect can be judged by one limit at least.</summary>
    public static bool CanJudgeValues(ColumnDrift drift, DriftLimits limits) =>
        drift.EffectiveRows >= Math.Min(RequiredForPsi(drift.Bins, limits), RequiredForKl(drift.Bins, limits))
        || (drift is { Ordered: true, Psi: { } psi, Kl: { } kl } && IsBeyondChance(psi, kl, drift.EffectiveRows, drift.Bins, limits));

    /// <summary>True when the effect on missing numbers can be judged by one limit at least.</summary>
    public static bool CanJudgeMissing(ColumnDrift drift, DriftLimits limits) =>
        drift.MissingEffectiveRows >= Math.Min(RequiredForPsi(2, limits), RequiredForKl(2, limits))
        || (drift is { Ordered: true, MissingPsi: { } psi, MissingKl: { } kl } && IsBeyondChance(psi, kl, drift.MissingEffectiveRows, 2, limits));

    /// <summary>The verdict when χ² rejects up to a p-value of <paramref name="threshold"/>, of missing shares up to <paramref name="missingThreshold"/>.</summary>
    public static ColumnDrift Judge(ColumnDrift drift, DriftLimits limits, double threshold, double missingThreshold)
    {
        var values = Judge(drift.Psi, drift.Kl, drift.Chi2P, drift.EffectiveRows, drift.Bins, drift.Ordered, limits, threshold);
        var missing = drift.MissingP is null
            ? DriftVerdict.Ok
            : Judge(drift.MissingPsi, drift.MissingKl, drift.MissingP, drift.MissingEffectiveRows, 2, drift.Ordered, limits, missingThreshold);
        return drift with
        {
            Verdict = values == DriftVerdict.Drift || missing == DriftVerdict.Drift ? DriftVerdict.Drift : values,
            MissingDrifted = missing == DriftVerdict.Drift,
        };
    }

    private static DriftVerdict Judge(double? psi, double? kl, double? p, double rows, int bins, bool ordered, DriftLimits limits, double threshold)
    {
        if (psi is null || kl is null || p is null)
        {
            return DriftVerdict.InsufficientData;
        }

        // Each effect is judged once there are rows enough for its own limit.
        var (byPsi, byKl) = (rows >= RequiredForPsi(bins, limits), rows >= RequiredForKl(bins, limits));
        var passes = (byPsi && psi > limits.Psi) || (byKl && kl > limits.Kl) || (ordered && IsBeyondChance(psi.Value, kl.Value, rows, bins, limits));
        return passes && p <= threshold ? DriftVerdict.Drift
            : (passes && (byPsi || byKl)) || (byPsi && byKl) ? DriftVerdict.Ok
            : DriftVerdict.InsufficientData;
    }

    // A window cannot be given more rows, and of a column that hardly changes from row to row it never has many. What chance could make of so few is known, though: an effect beyond that, and
    // beyond the limit, is a drift all the same. With rows enough this says what the limits say.
    private static bool IsBeyondChance(double psi, double kl, double rows, int bins, DriftLimits limits) =>
        (psi > limits.Psi && psi * rows > Numerator(bins)) || (kl > limits.Kl && kl * rows > Numerator(bins) / 2);

    private static double RequiredForPsi(int bins, DriftLimits limits) => Numerator(bins) / limits.Psi;

    private static double RequiredForKl(int bins, DriftLimits limits) => Numerator(bins) / 2 / limits.Kl;

    // A column that is constant on both sides is judged as if it had two bins: three rows that agree are no evidence.
    private static double Numerator(int bins) => Math.Max(bins, 2) - 1 + (3 * Math.Sqrt(2.0 * (Math.Max(bins, 2) - 1)));
}
