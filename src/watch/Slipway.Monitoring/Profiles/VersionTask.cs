using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Registry;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Profiles;

/// <summary>Finds out what a version predicts.</summary>
internal static class VersionTask
{
    /// <summary>What the project says; else what the version's metrics, its labels or its label column show; a regression where nothing does.</summary>
    public static LearningTask Of(ModelVersion version, DatasetVersion? dataset, ProjectConfig? project)
    {
        if (LearningTasks.TryParse(project?.Model == version.Model ? project.Train?.Task : null, out var task))
        {
            return task;
        }

        var metrics = version.Metrics;
        if (metrics.ContainsKey("rmse") || metrics.ContainsKey("mae"))
        {
            return LearningTask.Regression;
        }

        if (metrics.ContainsKey("brier") || metrics.ContainsKey("f1") || metrics.ContainsKey("auc"))
        {
            return LearningTask.Binary;
        }

        if (metrics.ContainsKey("macro_f1") || metrics.ContainsKey("weighted_f1"))
        {
            return LearningTask.Multiclass;
        }

        var label = dataset?.Columns.FirstOrDefault(column => column.Name == dataset.Label);
        return version.Signature.Labels.Count switch
        {
            2 => LearningTask.Binary,
            > 2 => LearningTask.Multiclass,
            _ when label is { Distinct: 2 } => LearningTask.Binary,
            _ when label is { Kind: ColumnKind.Text } => LearningTask.Multiclass,
            _ => LearningTask.Regression,
        };
    }
}
