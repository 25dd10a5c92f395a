using System.Collections.Frozen;

namespace Slipway.Statistics.Quality;

/// <summary>
/// Quality metrics by name. Regression: rmse, mae, mape, r2. Binary (threshold ½): accuracy, precision, recall, f1, auc, average_precision, log_loss, brier, ece.
/// Multiclass: accuracy, macro_precision, macro_recall, macro_f1, weighted_precision, weighted_recall, weighted_f1, log_loss. Shares are 0…1.
/// </summary>
public static class QualityMetrics
{
    private static readonly Metric[] Regression =
    [
        new("rmse", RegressionMetrics.Rmse),
        new("mae", RegressionMetrics.Mae),
        new("mape", RegressionMetrics.Mape),
        new("r2", RegressionMetrics.R2),
    ];

    private static readonly Metric[] Binary =
    [
        new("accuracy", BinaryMetrics.Accuracy),
        new("precision", BinaryMetrics.Precision),
        new("recall", BinaryMetrics.Recall),
        new("f1", BinaryMetrics.F1),
        new("auc", BinaryMetrics.Auc),
        new("average_precision", BinaryMetrics.AveragePrecision),
        new("log_loss", BinaryMetrics.LogLoss),
        new("brier", BinaryMetrics.Brier),
        new("ece", BinaryMetrics.Ece),
    ];

    private static readonly Metric[] Multiclass =
    [
        new("accuracy", MulticlassMetrics.Accuracy),
        new("macro_precision", MulticlassMetrics.MacroPrecision),
        new("macro_recall", MulticlassMetrics.MacroRecall),
        new("macro_f1", MulticlassMetrics.MacroF1),
        new("weighted_precision", MulticlassMetrics.WeightedPrecision),
        new("weighted_recall", MulticlassMetrics.WeightedRecall),
        new("weighted_f1", MulticlassMetrics.WeightedF1),
        new("log_loss", MulticlassMetrics.LogLoss),
    ];

    private static readonly FrozenSet<string> Losses = FrozenSet.Create(StringComparer.Ordinal, "rmse", "mae", "mape", "log_loss", "brier", "ece");

    /// <summary>The metrics of a task, in the order above.</summary>
    public static IReadOnlyList<string> Names(LearningTask task) => [.. Of(task).Select(m => m.Name)];

    /// <summary>True when more is better (accuracy, r2 …), false when less is (rmse, log_loss …).</summary>
    /// <exception cref="ArgumentException">No task has a metric of that name.</exception>
    public static bool HigherIsBetter(string metric)
    {
        var known = Regression.Concat(Binary).Concat(Multiclass).Any(m => m.Name == metric);
        return known ? !Losses.Contains(metric) : throw new ArgumentException($"There is no metric '{metric}'.", nameof(metric));
    }

    /// <summary>
    /// The metric over the rows at <paramref name="sample"/> (indices, repeats allowed); over all rows when it is null. Null when a denominator is zero, there are no rows, or a
    /// score is not a finite number: never NaN.
    /// </summary>
    /// <exception cref="ArgumentException">The task has no metric of that name, or the arrays do not fit together.</exception>
    public static double? Compute(string metric, ScoredRows rows, int[]? sample = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var known = Array.Find(Of(rows.Task), m => m.Name == metric)
            ?? throw new ArgumentException($"A {rows.Task} model has no metric '{metric}'.", nameof(metric));
        return Compute(known, rows, sample);
    }

    /// <summary>
    /// For a metric that is a plain share of rows, the number of rows it is a share of: all for accuracy (and weighted_recall, which equals it), those predicted as class 1 for
    /// precision, those of class 1 for recall. Null for every other metric. <see cref="Wilson"/> gives such a share an interval.
    /// </summary>
    public static long? Trials(string metric, ScoredRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return (rows.Task, metric) switch
        {
            (LearningTask.Binary or LearningTask.Multiclass, "accuracy") or (LearningTask.Multiclass, "weighted_recall") => rows.Truth.Length,
            (LearningTask.Binary, "precision") => rows.Scores.LongCount(BinaryMetrics.IsPositive),
            (LearningTask.Binary, "recall") => rows.Truth.LongCount(t => t == 1),
            _ => null,
        };
    }

    /// <summary>Every metric of the task that has a value.</summary>
    public static IReadOnlyDictionary<string, double> ComputeAll(ScoredRows rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var values = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var metric in Of(rows.Task))
        {
            if (Compute(metric, rows, sample: null) is { } value)
            {
                values.Add(metric.Name, value);
            }
        }

        return values;
    }

    private static double? Compute(Metric metric, ScoredRows rows, int[]? sample)
    {
        if (rows.Width < 1 || rows.Scores.LongLength != (long)rows.Truth.Length * rows.Width)
        {
            throw new ArgumentException($"{rows.Truth.Length} rows of width {rows.Width} do not have {rows.Scores.Length} scores.", nameof(rows));
        }

        var chosen = new Sample(rows, sample);
        return chosen.Count > 0 && chosen.IsFinite() && metric.Compute(chosen) is { } value && double.IsFinite(value) ? value : null;
    }

    private static Metric[] Of(LearningTask task) => task switch
    {
        LearningTask.Regression => Regression,
        LearningTask.Binary => Binary,
        LearningTask.Multiclass => Multiclass,
        _ => throw new ArgumentOutOfRangeException(nameof(task), task, "There is no such task."),
    };

    private sealed record Metric(string Name, Func<Sample, double?> Compute);
}
