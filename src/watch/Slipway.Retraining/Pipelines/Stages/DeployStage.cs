using System.Text.Json.Nodes;
using Slipway.Core.Errors;
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
        if (before is not null && before.Stable.Reference.Model != version.Model)
        {
            // Its callers send another model's inputs. Somebody may want that, but not by a name that two files happen to share.
            throw new SlipwayException(
                ErrorKind.Conflict,
                $"The deployment {name} answers with {before.Stable.Reference}, another model. Give `deploy.name` another name, or hand it over with `slipway deploy {version.Reference} --name {name}`.");
        }

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
