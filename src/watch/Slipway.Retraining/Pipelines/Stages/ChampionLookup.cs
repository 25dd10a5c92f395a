using Slipway.Core.Projects;
using Slipway.Inference;
using Slipway.Rollouts;
using Slipway.Storage.Blobs;
using Slipway.Validation;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>Finds what a project's candidates are compared with: the version of its model that is live as its deployment.</summary>
internal sealed class ChampionLookup(IDeployments deployments, IArtifactStore artifacts)
{
    /// <summary>The live version, or null: the project does not ask for the comparison, nothing is live, or another model is.</summary>
    public async Task<DeployedVersion?> FindAsync(ProjectConfig config, CancellationToken cancellationToken)
    {
        if (config.Validate?.Champion is null)
        {
            return null;
        }

        var deployment = await deployments.FindAsync(config.DeploymentName(), cancellationToken);
        return deployment?.Stable is { } live && live.Reference.Model == config.Model ? live : null;
    }

    /// <summary>The version as validation takes it.</summary>
    public Champion Of(DeployedVersion live) => new(
        live.Reference.ToString(),
        async cancellationToken => ModelLoader.Load(await artifacts.GetFolderAsync(live.ArtifactDigest, cancellationToken), new ModelLoadOptions()));
}
