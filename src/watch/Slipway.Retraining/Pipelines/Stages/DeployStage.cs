using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Core.Text;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Serving.Engine;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>A version to answers: at once, or by a rollout that goes on when the run has ended. Never twice.</summary>
internal sealed class DeployStage(IApprovals approvals, IDeployments deployments, IRollouts rollouts, IServeSettingsFollower serving) : IStage
{
    public string Name => "deploy";

    public async Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken)
    {
        if (context.Request.Goal != PipelineGoal.Deploy)
        {
            return StageOutcome.Skipped("not asked for");
        }

        var version = context.Version!;
        var name = context.Config.DeploymentName();
        if (await approvals.ListMissingAsync(version.Reference, instead: null, cancellationToken) is { Count: > 0 } missing)
        {
            return StageOutcome.Skipped(
                $"waits for approval: run `slipway approve {version.Reference}`, then `slipway deploy {version.Reference} --name {name}`. {string.Join(' ', missing)}");
        }

        var before = await deployments.FindAsync(name, cancellationToken);
        if (before is not null && before.Stable.Reference.Model != version.Model)
        {
            // Its callers send another model's inputs. Somebody may want that, but not by a name that two files happen to share.
            throw new SlipwayException(
                ErrorKind.Conflict,
                $"The deployment {name} answers with {before.Stable.Reference}, another model. Give `deploy.name` another name, or hand it over with `slipway deploy {version.Reference} --name {name}`.");
        }

        if (before is not null)
        {
            // How requests are run may have changed in the file although the version has not.
            await serving.ChangedAsync(name, cancellationToken);
        }

        if (await FindOwnAsync(name, context, cancellationToken) is null && before?.Stable.Reference == version.Reference)
        {
            return StageOutcome.Succeeded($"{version.Reference} answers as {name} already", Facts(before, version, rollout: null, changed: false));
        }

        // The origin makes this safe to do again: a run that is taken up after a kill gets the rollout that it had started.
        var request = new RolloutRequest(name, version.Reference, Plan(context), Reason(context), context.RunId);
        var rollout = await rollouts.StartAsync(request, context.Actor, cancellationToken);
        var after = (await deployments.FindAsync(name, cancellationToken))!;
        return StageOutcome.Succeeded(Describe(rollout, version, name), Facts(after, version, rollout, rollout.Origin == context.RunId));
    }

    private static string Reason(PipelineContext context) =>
        context.Request.Trigger is { } trigger ? Excerpt.Of(trigger, DecisionReason.MaxLength - 1) : "applied";

    // The newest few: nobody starts more of them while this run is interrupted.
    private async Task<RolloutState?> FindOwnAsync(string name, PipelineContext context, CancellationToken cancellationToken) =>
        (await rollouts.ListAsync(name, 100, cancellationToken)).FirstOrDefault(rollout => rollout.Origin == context.RunId);

    // What a trigger began may take another way than what a person asks for.
    private static RolloutPlan Plan(PipelineContext context) => RolloutPlan.Of(
        context.Config.Deploy ?? new DeploySection { Name = context.Config.Model },
        context.Request.Trigger is null ? null : context.Config.Retrain?.Then);

    private static string Describe(RolloutState rollout, ModelVersion version, string name) => rollout.Status switch
    {
        RolloutStatus.Promoted => $"{version.Reference} answers as {name}",
        RolloutStatus.RolledBack => $"{version.Reference} was tried as {name} and taken back (rollout {rollout.Id}): {rollout.Sentence}",
        _ when rollout.Weight > 0 => string.Create(CultureInfo.InvariantCulture, $"{version.Reference} is tried on {rollout.Weight * 100:0.##}% of {name} (rollout {rollout.Id})"),
        _ => $"{version.Reference} stands ready beside {name} (rollout {rollout.Id})",
    };

    private static JsonObject Facts(DeploymentState deployment, ModelVersion version, RolloutState? rollout, bool changed)
    {
        var facts = new JsonObject
        {
            ["deployment"] = deployment.Name,
            ["version"] = version.Reference.ToString(),
            ["revision"] = deployment.Revision,
            ["changed"] = changed,
        };
        if (rollout is not null)
        {
            facts["rollout"] = rollout.Id;
            facts["strategy"] = rollout.Plan.Strategy;
        }

        return facts;
    }
}
