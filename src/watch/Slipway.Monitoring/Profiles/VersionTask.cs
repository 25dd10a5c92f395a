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

        if (ByMetrics(version) is { } told)
        {
            return told;
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

    /// <summary>The task that the version's metrics belong to; null where it has none that tells.</summary>
    public static LearningTask? ByMetrics(ModelVersion version) => version.Metrics switch
    {
        var m when m.ContainsKey("rmse") || m.ContainsKey("mae") => LearningTask.Regression,
        var m when m.ContainsKey("brier") || m.ContainsKey("f1") || m.ContainsKey("auc") => LearningTask.Binary,
        var m when m.ContainsKey("macro_f1") || m.ContainsKey("weighted_f1") => LearningTask.Multiclass,
        _ => null,
    };
}
