namespace Slipway.Statistics.Quality;

/// <summary>
/// Quality metrics by name. Regression: rmse, mae, mape, r2. Binary (threshold ½): accuracy, precision, recall, f1, auc, average_precision, log_loss, brier, ece.
/// Multiclass: accuracy, macro_precision, macro_recall, macro_f1, weighted_precision, weighted_recall, weighted_f1, log_loss. Shares are 0…1.
/// </summary>
public static class QualityMetrics
{
    /// <summary>The metrics of a task, in the order above.</summary>
    public static IReadOnlyList<string> Names(LearningTask task) => throw new NotImplementedException();

    /// <summary>True when more is better (accuracy, r2 …), false when less is (rmse, log_loss …).</summary>
    public static bool HigherIsBetter(string metric) => throw new NotImplementedException();

    /// <summary>The metric over the rows at <paramref name="sample"/> (indices, repeats allowed); over all rows when it is null. Null when a denominator is zero or there are no rows.</summary>
    public static double? Compute(string metric, ScoredRows rows, int[]? sample = null) => throw new NotImplementedException();

    /// <summary>Every metric of the task that has a value.</summary>
    public static IReadOnlyDictionary<string, double> ComputeAll(ScoredRows rows) => throw new NotImplementedException();
}
