using Slipway.Core.Errors;
using Slipway.Statistics.Quality;

namespace Slipway.Training.LightGbm;

/// <summary>Which of LightGBM's objectives fit a task.</summary>
internal static class LightGbmObjective
{
    private static readonly string[] Regression =
    [
        "regression", "regression_l2", "l2", "mean_squared_error", "mse", "l2_root", "root_mean_squared_error", "rmse", "regression_l1", "l1", "mean_absolute_error", "mae",
        "huber", "fair", "poisson", "quantile", "mape", "mean_absolute_percentage_error", "gamma", "tweedie",
    ];

    private static readonly string[] Binary = ["binary", "cross_entropy", "xentropy"];

    private static readonly string[] Multiclass = ["multiclass", "softmax", "multiclassova", "multiclass_ova", "ova", "ovr"];

    /// <summary>The objective that was given, if it fits the task; else the task's own.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> for an objective of another task.</exception>
    public static string Choose(LearningTask task, string? given)
    {
        var fitting = task switch
        {
            LearningTask.Regression => Regression,
            LearningTask.Binary => Binary,
            _ => Multiclass,
        };

        return given is null ? fitting[0]
            : fitting.Contains(given) ? given
            : throw new SlipwayException(ErrorKind.InvalidInput, $"The objective '{given}' does not fit the task {task.Word()}. Those that do are {string.Join(", ", fitting)}.");
    }
}
