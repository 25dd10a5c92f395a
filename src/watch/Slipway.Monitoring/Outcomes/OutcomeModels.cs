using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Profiles;
using Slipway.Registry;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring.Outcomes;

/// <summary>What is known about the models that outcomes are for: from the project's file and the registry. Used by the one loop that works on the log.</summary>
internal sealed class OutcomeModels(IModelRegistry registry, TimeProvider time, IMonitoredProjects? projects = null)
{
    private const int MaxVersions = 1000;

    // A project's file may be applied after its first predictions, so nothing is believed for longer.
    private static readonly TimeSpan Fresh = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, (long At, ProjectConfig? Project)> _projects = [];
    private readonly Dictionary<VersionReference, ModelVersion?> _versions = [];

    /// <summary>The project of a deployment, or null.</summary>
    public async ValueTask<ProjectConfig?> FindProjectAsync(string deployment, CancellationToken cancellationToken)
    {
        if (projects is null)
        {
            return null;
        }

        if (_projects.TryGetValue(deployment, out var known) && time.GetElapsedTime(known.At) < Fresh)
        {
            return known.Project;
        }

        var project = await projects.FindAsync(deployment, cancellationToken);
        _projects[deployment] = (time.GetTimestamp(), project);
        return project;
    }

    /// <summary>The names by which the deployment's project looks at outcomes, apart from all of them together.</summary>
    public async ValueTask<IReadOnlyList<string>> SegmentsAsync(string deployment, CancellationToken cancellationToken) =>
        (await FindProjectAsync(deployment, cancellationToken))?.Data?.Segments ?? [];

    /// <summary>How the version's scores and labels are read.</summary>
    public async ValueTask<OutcomeModel> GetAsync(string deployment, VersionReference version, CancellationToken cancellationToken)
    {
        if (!_versions.TryGetValue(version, out var known))
        {
            known = await registry.FindAsync(version, cancellationToken);
            if (_versions.Count == MaxVersions)
            {
                _versions.Clear();
            }

            _versions[version] = known;
        }

        var signature = known?.Signature;
        var project = await FindProjectAsync(deployment, cancellationToken);
        var stated = LearningTasks.TryParse(project?.Train?.Task, out var task) ? task : known is null ? null : VersionTask.ByMetrics(known);
        return new OutcomeModel(stated ?? Infer(signature), signature?.Labels ?? [], [.. (signature?.Outputs ?? []).Where(IsScore).Select(o => o.Name)]);
    }

    // Where neither the project nor the metrics tell, the signature has to say: by its labels, else by how many numbers its first output of floats has a row.
    private static LearningTask Infer(ModelSignature? signature) => signature switch
    {
        null => LearningTask.Regression,
        { Labels.Count: > 2 } => LearningTask.Multiclass,
        { Labels.Count: > 0 } => LearningTask.Binary,
        _ => signature.Outputs.FirstOrDefault(IsScore)?.Shape is { Count: > 1 } shape ? shape[^1] switch { 1 => LearningTask.Regression, 2 => LearningTask.Binary, _ => LearningTask.Multiclass }
            : LearningTask.Regression,
    };

    private static bool IsScore(TensorSpec output) => output.Type is TensorType.Float32 or TensorType.Float64;
}
