using Slipway.Monitoring.Profiles;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Watching;

/// <summary>Says whether the losses of a window show that quality is lost.</summary>
internal static class QualityJudge
{
    /// <summary>Too few labels to tell.</summary>
    public const string Insufficient = "insufficient data";

    /// <summary>The whole interval is beyond the limit.</summary>
    public const string Worse = "worse";

    /// <summary>Not shown to be worse.</summary>
    public const string Ok = "ok";

    /// <summary>Below this many labels the normal approximation is no approximation.</summary>
    public const long FewestLabels = 30;

    private static readonly (string Metric, string Loss)[] Losses =
    [
        ("rmse", "squared_error"),
        ("mae", "absolute_error"),
        ("accuracy", "incorrect"),
        ("brier", "brier"),
        ("log_loss", "log_loss"),
    ];

    /// <summary>The losses whose sums a profile of a task holds: with all of them, a project that changes its metric has it for past windows too.</summary>
    public static IReadOnlyList<string> LossesOf(LearningTask task) =>
        task == LearningTask.Regression ? ["squared_error", "absolute_error"] : ["incorrect", "brier", "log_loss"];

    /// <summary>The metric that a task is watched by unless the project names another.</summary>
    public static string MetricOf(LearningTask task) => task == LearningTask.Regression ? "rmse" : "accuracy";

    /// <summary>The loss of one row whose mean gives the metric; null for a metric that no sum gives.</summary>
    public static string? LossOf(string metric) => Array.Find(Losses, l => l.Metric == metric).Loss;

    /// <summary>The metric of a mean loss: rmse is its root, accuracy its complement.</summary>
    public static double ValueOf(string metric, double loss) => metric switch
    {
        "rmse" => Math.Sqrt(Math.Max(0, loss)),
        "accuracy" => 1 - loss,
        _ => loss,
    };

    /// <summary>The mean loss of a metric's value.</summary>
    public static double LossAt(string metric, double value) => metric switch
    {
        "rmse" => value * value,
        "accuracy" => 1 - value,
        _ => value,
    };

    /// <summary>The value beyond which a metric is worse than allowed: baseline · (1 + degradation), for accuracy, where more is better, baseline · (1 − degradation).</summary>
    public static double LimitOf(string metric, double baseline, double degradation) =>
        metric == "accuracy" ? baseline * (1 - degradation) : baseline * (1 + degradation);

    /// <summary>Judges the losses of a window; null without any. Intervals are made of the mean loss (for rmse on the squared scale), and widened for correlated neighbours.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="losses">Sums of its loss.</param>
    /// <param name="rows">Rows of the window.</param>
    /// <param name="baseline">The metric on held-out rows of the training.</param>
    /// <param name="degradation">How much worse it may become, relative.</param>
    public static QualityVerdict? Judge(string metric, LossSums losses, long rows, double baseline, double degradation)
    {
        if (losses.Mean is not { } mean)
        {
            return null;
        }

        var around = (metric == "accuracy" ? losses.ShareInterval() : losses.Interval()) ?? new Interval(mean, mean);
        var (value, best, worst) = (ValueOf(metric, mean), ValueOf(metric, Math.Max(0, around.Low)), ValueOf(metric, around.High));
        var limit = LimitOf(metric, baseline, degradation);
        var moreIsBetter = metric == "accuracy";
        var verdict = losses.Count < FewestLabels ? Insufficient
            : (moreIsBetter ? best < limit : best > limit) ? Worse
            : Ok;

        var coverage = rows == 0 ? 0 : Math.Min(1, (double)losses.Count / rows);
        return new QualityVerdict(metric, value, Math.Min(best, worst), Math.Max(best, worst), baseline, limit, losses.Count, coverage, verdict);
    }
}
