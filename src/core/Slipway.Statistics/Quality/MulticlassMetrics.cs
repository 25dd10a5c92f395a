namespace Slipway.Statistics.Quality;

/// <summary>
/// Metrics of one probability a class; the predicted class is the most probable, the first of equals. <em>Macro</em> is the mean over the classes that occur (as truth or as
/// prediction), <em>weighted</em> weighs each class by its rows. When a class that counts has a zero denominator (precision of a class that is never predicted), the mean has no value.
/// </summary>
internal static class MulticlassMetrics
{
    private const double Clip = 1e-15;

    public static double? Accuracy(Sample sample)
    {
        var correct = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            correct += Predicted(sample, i) == (int)sample.Truth(i) ? 1 : 0;
        }

        return correct / (double)sample.Count;
    }

    /// <summary>Mean negative log-likelihood of the true class (natural logarithm), probabilities clipped to [1e-15, 1 − 1e-15].</summary>
    public static double? LogLoss(Sample sample)
    {
        double sum = 0;
        for (var i = 0; i < sample.Count; i++)
        {
            sum -= Math.Log(Math.Clamp(sample.Scores(i)[(int)sample.Truth(i)], Clip, 1 - Clip));
        }

        return sum / sample.Count;
    }

    public static double? MacroPrecision(Sample sample) => Mean(sample, weighted: false, Precision);

    public static double? MacroRecall(Sample sample) => Mean(sample, weighted: false, Recall);

    public static double? MacroF1(Sample sample) => Mean(sample, weighted: false, F1);

    public static double? WeightedPrecision(Sample sample) => Mean(sample, weighted: true, Precision);

    public static double? WeightedRecall(Sample sample) => Mean(sample, weighted: true, Recall);

    public static double? WeightedF1(Sample sample) => Mean(sample, weighted: true, F1);

    private static double? Precision(ClassCounts c) => c.Predicted == 0 ? null : c.Correct / (double)c.Predicted;

    private static double? Recall(ClassCounts c) => c.True == 0 ? null : c.Correct / (double)c.True;

    private static double? F1(ClassCounts c) => 2 * c.Correct / (double)(c.True + c.Predicted);

    private static double? Mean(Sample sample, bool weighted, Func<ClassCounts, double?> metric)
    {
        var classes = new ClassCounts[sample.Classes];
        for (var i = 0; i < sample.Count; i++)
        {
            var truth = (int)sample.Truth(i);
            var predicted = Predicted(sample, i);
            classes[truth].True++;
            classes[predicted].Predicted++;
            classes[truth].Correct += truth == predicted ? 1 : 0;
        }

        double sum = 0;
        double weights = 0;
        foreach (var counts in classes)
        {
            double weight = weighted ? counts.True : counts.True + counts.Predicted > 0 ? 1 : 0;
            if (weight == 0)
            {
                continue;
            }

            if (metric(counts) is not { } value)
            {
                return null;
            }

            sum += weight * value;
            weights += weight;
        }

        return sum / weights;
    }

    private static int Predicted(Sample sample, int i)
    {
        var scores = sample.Scores(i);
        var best = 0;
        for (var c = 1; c < scores.Length; c++)
        {
            best = scores[c] > scores[best] ? c : best;
        }

        return best;
    }

    private struct ClassCounts
    {
        public int True;
        public int Predicted;
        public int Correct;
    }
}
