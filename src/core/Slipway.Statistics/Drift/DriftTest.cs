namespace Slipway.Statistics.Drift;

/// <summary>
/// Compares columns with a baseline. Drift needs an effect beyond its limit and evidence: without any drift PSI averages (B − 1)(1/n + 1/m) over B bins, so two samples of 100 rows pass
/// 0.25 in 22 of 100 cases, and χ² alone rejects whatever is true of enough rows.
/// </summary>
public static class DriftTest
{
    /// <summary>
    /// One column. The verdict is that of a column on its own; <see cref="Judge"/> gives the one among many.
    /// </summary>
    /// <param name="column">Its name.</param>
    /// <param name="baseline">The baseline's counts, in its own bins.</param>
    /// <param name="current">The current counts in the same bins.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="ordered">True when the rows were counted in order of time: neighbours that are alike then count for fewer rows.</param>
    /// <exception cref="ArgumentException">The two count in different bins.</exception>
    public static ColumnDrift Compare(string column, ColumnCounts baseline, ColumnCounts current, DriftLimits limits, bool ordered)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(current);
        ArgumentNullException.ThrowIfNull(limits);
        if (!baseline.Bins.Equals(current.Bins))
        {
            throw new ArgumentException($"The column {column} was counted in different bins.", nameof(current));
        }

        var bins = baseline.Bins;
        var occupied = Distances.Occupied(baseline.Counts, current.Counts);
        var numbers = bins.Kind != BinKind.Categories;
        var effects = Effects(baseline, current, ordered);
        var drift = new ColumnDrift
        {
            Column = column,
            N = baseline.Rows,
            M = current.Rows,
            Bins = occupied,
            Ordered = ordered,
            EffectiveRows = Evidence.Together(baseline.Binned / effects.Baseline, current.Binned / effects.Current),
            RequiredRows = Evidence.Required(occupied, limits),
            MissingBaseline = Share(baseline.Missing, baseline.Rows),
            MissingCurrent = Share(current.Missing, current.Rows),
            MissingEffectiveRows = Evidence.Together(baseline.Rows / effects.Baseline, current.Rows / effects.Current),
            Unseen = bins.Complete && bins.Kind != BinKind.Edges && current.Rows > 0 ? Share(current.Unseen, current.Rows) : null,
            MeanBaseline = numbers && baseline.Numbers > 0 ? baseline.Mean : null,
            MeanCurrent = numbers && current.Numbers > 0 ? current.Mean : null,
        };

        drift = OfValues(drift, baseline, current);
        drift = numbers ? OfMissing(drift, baseline, current) : drift;
        return Evidence.Judge(drift, limits, limits.Level, limits.Level);
    }

    /// <summary>
    /// All columns: χ² must reject at the level of Benjamini and Hochberg over the columns that have rows enough to be judged. Shares of missing numbers are a family of their own.
    /// </summary>
    public static DatasetDrift Judge(IReadOnlyList<ColumnDrift> columns, DriftLimits limits)
    {
        ArgumentNullException.ThrowIfNull(columns);
        ArgumentNullException.ThrowIfNull(limits);

        // Who has rows enough is known before any effect is, so leaving the others out costs no validity; in small samples their p-values would be wrong.
        var values = BenjaminiHochberg.Threshold(
            columns.Where(c => c.Chi2P is not null && Evidence.CanJudgeValues(c, limits)).Select(c => c.Chi2P!.Value), limits.Level);
        var missing = BenjaminiHochberg.Threshold(
            columns.Where(c => c.MissingP is not null && Evidence.CanJudgeMissing(c, limits)).Select(c => c.MissingP!.Value), limits.Level);

        var judged = columns.Select(c => Evidence.Judge(c, limits, values, missing)).ToArray();
        var drifted = judged.Count(c => c.Verdict == DriftVerdict.Drift);
        var verdict = drifted > 0 ? DriftVerdict.Drift
            : judged.All(c => c.Verdict == DriftVerdict.InsufficientData) ? DriftVerdict.InsufficientData
            : DriftVerdict.Ok;
        return new DatasetDrift(verdict, judged, drifted, judged.Length == 0 ? 0 : (double)drifted / judged.Length);
    }

    /// <summary>
    /// Adds to <paramref name="drift"/> what only raw numbers give: Kolmogorov-Smirnov and Wasserstein, the latter also in <paramref name="standardDeviation"/>s of the baseline where it
    /// is above 0. They inform; the verdict does not rest on them.
    /// </summary>
    public static ColumnDrift WithSamples(ColumnDrift drift, SortedSample baseline, SortedSample current, double? standardDeviation)
    {
        ArgumentNullException.ThrowIfNull(drift);
        var (ks, wasserstein) = TwoSamples.Compare(baseline, current);
        return drift with
        {
            Ks = ks?.Statistic,
            KsP = ks?.P,
            Wasserstein = wasserstein,
            WassersteinSd = standardDeviation > 0 ? wasserstein / standardDeviation : null,
        };
    }

    // Rows that are all in one bin show nothing of how they depend on each other: two working days are two days, not 48 hours. The other side knows.
    private static (double Baseline, double Current) Effects(ColumnCounts baseline, ColumnCounts current, bool ordered)
    {
        var (first, second) = (baseline.DesignEffect(ordered), current.DesignEffect(ordered));
        return (baseline.IsConstant ? Math.Max(first, second) : first, current.IsConstant ? Math.Max(first, second) : second);
    }

    private static ColumnDrift OfValues(ColumnDrift drift, ColumnCounts baseline, ColumnCounts current)
    {
        // Text that is missing on both sides has shares, of one category, but says no more than numbers that are.
        var nothing = baseline.Missing == baseline.Rows && current.Missing == current.Rows;
        if (nothing || baseline.Shares() is not { } p || current.Shares() is not { } q)
        {
            return drift;
        }

        var (raisedP, raisedQ) = (Distances.Raise(p), Distances.Raise(q));
        var chi2 = Distances.Chi2(baseline.Counts, current.Counts);
        var scaled = chi2 / (Evidence.Together(baseline.Binned, current.Binned) / drift.EffectiveRows);
        var most = Enumerable.Range(0, p.Length).MaxBy(i => Math.Abs(p[i] - q[i]));
        return drift with
        {
            Psi = Distances.Psi(raisedP, raisedQ),
            Kl = Distances.Kl(raisedP, raisedQ),
            Js = Distances.Js(p, q),
            Hellinger = Distances.Hellinger(p, q),
            Tv = Distances.TotalVariation(p, q),
            Linf = Distances.Largest(p, q),
            Chi2 = scaled,
            Chi2P = Distances.Chi2P(scaled, drift.Bins),

            // The effect is that of the rows as they are: dependence widens its interval, it does not make it smaller.
            CramersV = Math.Sqrt(chi2 / ((double)baseline.Binned + current.Binned)),
            Moved = p[most] == q[most] ? null : new BinShift(baseline.Bins.Label(most), p[most], q[most]),
        };
    }

    private static ColumnDrift OfMissing(ColumnDrift drift, ColumnCounts baseline, ColumnCounts current)
    {
        if (baseline.Rows == 0 || current.Rows == 0 || baseline.Missing + current.Missing == 0)
        {
            return drift;
        }

        var p = Distances.Raise([1 - drift.MissingBaseline, drift.MissingBaseline]);
        var q = Distances.Raise([1 - drift.MissingCurrent, drift.MissingCurrent]);
        long[] first = [baseline.Rows - baseline.Missing, baseline.Missing];
        long[] second = [current.Rows - current.Missing, current.Missing];
        var chi2 = Distances.Chi2(first, second) / (Evidence.Together(baseline.Rows, current.Rows) / drift.MissingEffectiveRows);
        return drift with
        {
            MissingPsi = Distances.Psi(p, q),
            MissingKl = Distances.Kl(p, q),
            MissingP = Distances.Chi2P(chi2, Distances.Occupied(first, second)),
        };
    }

    private static double Share(long part, long all) => all == 0 ? 0 : (double)part / all;
}
