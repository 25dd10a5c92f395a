using System.Text.Json.Nodes;
using Slipway.Registry;
using Slipway.Rollouts;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>A version to answers.</summary>
internal sealed class DeployStage(IDeployments deployments) : IStage
{
    public string Name => "deploy";

    public async Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        if (context.Request.Goal != PipelineGoal.Deploy)
        {
            return StageOutcome.Skipped("not asked for");
        }

        var version = context.Version!;
        var name = context.Config.Deploy?.Name ?? context.Config.Model;
        if (version.State != VersionState.Approved)
        {
            return StageOutcome.Skipped($"waits for approval: run `slipway approve {version.Reference}`, then `slipway deploy {version.Reference} --name {name}`");
        }

        var before = await deployments.FindAsync(name, cancellationToken);
        var after = await deployments.DeployAsync(name, version.Reference, context.Actor, "applied", cancellationToken);
        var changed = before?.Revision != after.Revision;
        return StageOutcome.Succeeded(changed ? $"{version.Reference} answers as {name}" : $"{version.Reference} answers as {name} already", new JsonObject
        {
            ["deployment"] = name,
            ["version"] = version.Reference.ToString(),
            ["revision"] = after.Revision,
            ["changed"] = changed,
        });
    }
}
