namespace Slipway.Statistics.Quality;

/// <summary>Metrics of the probability of class 1. A row counts as class 1 from a probability of ½ on, as the served label does.</summary>
internal static class BinaryMetrics
{
    private const double Clip = 1e-15;
    private const int CalibrationBins = 10;

    /// <summary>True when a row of that probability counts as class 1.</summary>
    public static bool IsPositive(double score) => score >= 0.5;

    public static double? Accuracy(Sample sample)
    {
        var c = Confusion.Of(sample);
        return Share(c.TruePositives + c.TrueNegatives, sample.Count);
    }

    public static double? Precision(Sample sample)
    {
        var c = Confusion.Of(sample);
        return Share(c.TruePositives, c.TruePositives + c.FalsePositives);
    }

    public static double? Recall(Sample sample)
    {
        var c = Confusion.Of(sample);
        return Share(c.TruePositives, c.TruePositives + c.FalseNegatives);
    }

    /// <summary>2TP/(2TP+FP+FN), the harmonic mean of precision and recall.</summary>
    public static double? F1(Sample sample)
    {
        var c = Confusion.Of(sample);
        return Share(2L * c.TruePositives, (2L * c.TruePositives) + c.FalsePositives + c.FalseNegatives);
    }

    /// <summary>The chance that a random row of class 1 scores above a random row of class 0, ties counting one half (Mann and Whitney). Null when a class is absent.</summary>
    public static double? Auc(Sample sample)
    {
        var (positives, negatives) = SortedByClass(sample);
        if (positives.Length == 0 || negatives.Length == 0)
        {
            return null;
        }

        double wins = 0;
        var below = 0;
        var notAbove = 0;
        foreach (var score in positives)
        {
            while (below < negatives.Length && negatives[below] < score)
            {
                below++;
            }

            notAbove = Math.Max(notAbove, below);
            while (notAbove < negatives.Length && negatives[notAbove] == score)
            {
                notAbove++;
            }

            wins += below + ((notAbove - below) / 2.0);
        }

        return wins / ((double)positives.Length * negatives.Length);
    }

    /// <summary>Σ (recall step) · precision over the distinct scores, highest first, without interpolation. Null when class 1 is absent.</summary>
    public static double? AveragePrecision(Sample sample)
    {
        var (positives, negatives) = SortedByClass(sample);
        if (positives.Length == 0)
        {
            return null;
        }

        double sum = 0;
        var p = positives.Length;
        var n = negatives.Length;
        while (p > 0)
        {
            // The rows of one score cross the threshold together.
            var score = positives[p - 1];
            var before = p;
            while (p > 0 && positives[p - 1] == score)
            {
                p--;
            }

            while (n > 0 && negatives[n - 1] >= score)
            {
                n--;
            }

            var found = positives.Length - p;
            sum += (before - p) * (found / (double)(found + negatives.Length - n));
        }

        return sum / positives.Length;
    }

    /// <summary>Mean negative log-likelihood (natural logarithm), probabilities clipped to [1e-15, 1 − 1e-15].</summary>
    public static double? LogLoss(Sample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            var p = Math.Clamp(sample.Score(i), Clip, 1 - Clip);
            sum -= Math.Log(sample.Truth(i) == 1 ? p : 1 - p);
        }

        return sum / sample.Count;
    }

    /// <summary>Mean squared distance of probability and truth.</summary>
    public static double? Brier(Sample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            var error = sample.Score(i) - sample.Truth(i);
            sum += error * error;
        }

        return sum / sample.Count;
    }

    /// <summary>Expected calibration error: |mean probability − share of class 1| in ten equal bins of the probability (an edge belongs to the bin above it), weighted by their rows.</summary>
    public static double? Ece(Sample sample)
    {
        Span<double> gap = stackalloc double[CalibrationBins];
        gap.Clear();
        for (var i = 0; i < sample.Count; i++)
        {
            var score = sample.Score(i);
            if (!(score is >= 0 and <= 1))
            {
                return null;
            }

            gap[Math.Min((int)(score * CalibrationBins), CalibrationBins - 1)] += score - sample.Truth(i);
        }

        double sum = 0;
        foreach (var difference in gap)
        {
            sum += Math.Abs(difference);
        }

        return sum / sample.Count;
    }

    /// <summary>The scores of each class, ascending. Two plain sorts are faster than one that carries the class along.</summary>
    private static (double[] Positives, double[] Negatives) SortedByClass(Sample sample)
    {
        var count = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            count += sample.Truth(i) == 1 ? 1 : 0;
        }

        var positives = new double[count];
        var negatives = new double[sample.Count - count];
        var p = 0;
        var n = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            if (sample.Truth(i) == 1)
            {
                positives[p++] = sample.Score(i);
            }
            else
            {
                negatives[n++] = sample.Score(i);
            }
        }

        Array.Sort(positives);
        Array.Sort(negatives);
        return (positives, negatives);
    }

    private static double? Share(long part, long whole) => whole == 0 ? null : part / (double)whole;

    private readonly record struct Confusion(int TruePositives, int FalsePositives, int TrueNegatives, int FalseNegatives)
    {
        public static Confusion Of(Sample sample)
        {
            Span<int> cells = stackalloc int[4];
            cells.Clear();
            for (var i = 0; i < sample.Count; i++)
            {
                cells[(sample.Truth(i) == 1 ? 2 : 0) + (IsPositive(sample.Score(i)) ? 1 : 0)]++;
            }

            return new Confusion(cells[3], cells[1], cells[0], cells[2]);
        }
    }
}
