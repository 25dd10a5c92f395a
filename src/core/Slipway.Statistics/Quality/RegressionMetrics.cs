namespace Slipway.Statistics.Quality;

/// <summary>Errors of predicted numbers. All are in the label's unit, or have none (mape and r2).</summary>
internal static class RegressionMetrics
{
    /// <summary>Root of the mean squared error.</summary>
    public static double? Rmse(Sample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            var error = sample.Truth(i) - sample.Score(i);
            sum += error * error;
        }

        return Math.Sqrt(sum / sample.Count);
    }

    /// <summary>Mean absolute error.</summary>
    public static double? Mae(Sample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            sum += Math.Abs(sample.Truth(i) - sample.Score(i));
        }

        return sum / sample.Count;
    }

    /// <summary>Mean absolute error as a share of the truth; null when any truth is zero.</summary>
    public static double? Mape(Sample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            var truth = sample.Truth(i);
            if (truth == 0)
            {
                return null;
            }

            sum += Math.Abs((truth - sample.Score(i)) / truth);
        }

        return sum / sample.Count;
    }

    /// <summary>Coefficient of determination, 1 − Σ(y−p)²/Σ(y−ȳ)²; null when the truth is constant.</summary>
    public static double? R2(Sample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            sum += sample.Truth(i);
        }

        var first = sample.Truth(0);
        var constant = true;
        var mean = sum / sample.Count;
        double residual = 0;
        double total = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            var truth = sample.Truth(i);
            constant &= truth == first;
            residual += (truth - sample.Score(i)) * (truth - sample.Score(i));
            total += (truth - mean) * (truth - mean);
        }

        // The rounded mean of equal values may differ from them, so a total of zero would not find every constant.
        return constant || total == 0 ? null : 1 - (residual / total);
    }
}
