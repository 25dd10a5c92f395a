using Slipway.Storage.Events;

namespace Slipway.Rollouts.Releases;

/// <summary>What each move of a rollout changes. Pure: from how a deployment stands to what commits.</summary>
internal static class RolloutMoves
{
    /// <summary>A version answers everybody at once, without being tried beside the stable one: a deployment's first, or the strategy <c>immediate</c>.</summary>
    public static ReleaseChange Immediate(DeploymentState? before, DeploymentState after, RolloutState rollout, Move move)
    {
        var ended = rollout with { Status = RolloutStatus.Promoted, Weight = 1, Sentence = move.Sentence, EndedAt = move.Now };
        return new ReleaseChange
        {
            Deployment = after,
            Rollout = ended,
            Events = [Deployed(before, after, move), Promoted(ended, 0, after.Revision, move)],
        };
    }

    /// <summary>A candidate begins to be tried with <paramref name="weight"/> of the requests; 0 loads and warms it only.</summary>
    public static ReleaseChange Begin(DeploymentState before, DeployedVersion candidate, double weight, RolloutState rollout, Move move)
    {
        var after = before.Try(new CandidateState(candidate, weight, rollout.Id), move.Actor, move.Now);
        var begun = rollout with { Weight = weight, Sentence = move.Sentence };
        var started = new RolloutStarted(
            before.Name, rollout.Id, candidate.Reference, before.Stable.Reference, rollout.Plan, weight, after.Revision, move.Reason, move.Sentence, move.Actor);
        return new ReleaseChange { Deployment = after, Rollout = begun, Events = [started] };
    }

    /// <summary>The candidate of <paramref name="standing"/> answers everybody.</summary>
    public static ReleaseChange Promote(Standing standing, Move move)
    {
        var (deployment, rollout) = (standing.Deployment!, standing.Rollout!);
        var after = deployment.Deploy(deployment.Candidate!.Version, move.Actor, move.Now, move.Override);
        var ended = rollout with { Status = RolloutStatus.Promoted, Weight = 1, Sentence = move.Sentence, EndedAt = move.Now, Revision = rollout.Revision + 1 };
        return new ReleaseChange { Deployment = after, Rollout = ended, Events = [Deployed(deployment, after, move), Promoted(ended, rollout.Weight, after.Revision, move)] };
    }

    /// <summary>The candidate of <paramref name="standing"/> is taken back, and the stable version answers everybody; or <paramref name="instead"/>, where somebody deployed that.</summary>
    public static ReleaseChange TakeBack(Standing standing, Move move, DeployedVersion? instead = null)
    {
        var (deployment, rollout) = (standing.Deployment!, standing.Rollout!);
        var after = deployment.Deploy(instead ?? deployment.Stable, move.Actor, move.Now, move.Override);
        var ended = rollout with { Status = RolloutStatus.RolledBack, Weight = 0, Sentence = move.Sentence, EndedAt = move.Now, Revision = rollout.Revision + 1 };
        var back = new RolloutRolledBack(
            deployment.Name,
            rollout.Id,
            rollout.Candidate,
            deployment.Stable.Reference,
            rollout.Weight,
            move.At ?? rollout.LookedTo,
            move.Cause?.Metric,
            move.Cause?.Segment,
            GuardrailFigures.Of(ended.Evidence, move.Cause),
            after.Revision,
            move.Reason,
            move.Sentence,
            move.Actor);
        return new ReleaseChange
        {
            Deployment = after,
            Rollout = ended,
            Events = after.Stable == deployment.Stable ? [back] : [back, Deployed(deployment, after, move)],
        };
    }

    /// <summary>The next step begins.</summary>
    public static ReleaseChange Step(Standing standing, Move move)
    {
        var (deployment, rollout) = (standing.Deployment!, standing.Rollout!);
        var next = rollout with { Step = rollout.Step + 1, Weight = rollout.Plan.Steps[rollout.Step + 1].Weight, StepStartedAt = null, Revision = rollout.Revision + 1 };
        var after = deployment.Try(deployment.Candidate! with { Weight = next.Weight }, move.Actor, move.Now);
        var stepped = new RolloutStepped(
            deployment.Name,
            rollout.Id,
            rollout.Candidate,
            next.Step + 1,
            rollout.Weight,
            next.Weight,
            move.At!.Value,
            GuardrailFigures.Of(rollout.Evidence, null),
            after.Revision,
            move.Sentence,
            move.Actor);
        return new ReleaseChange { Deployment = after, Rollout = next, Events = [stepped] };
    }

    /// <summary>The candidate keeps its share until a person decides.</summary>
    public static ReleaseChange Hold(Standing standing, Move move)
    {
        var rollout = standing.Rollout!;
        var held = new RolloutHeld(
            rollout.Deployment, rollout.Id, rollout.Candidate, rollout.Step + 1, rollout.Weight, move.At!.Value, GuardrailFigures.Of(rollout.Evidence, null), move.Sentence, move.Actor);
        return new ReleaseChange { Rollout = rollout with { Status = RolloutStatus.Held, Revision = rollout.Revision + 1 }, Events = [held] };
    }

    /// <summary>The step begins again, with its first new evidence.</summary>
    public static ReleaseChange Extend(Standing standing, Move move)
    {
        var rollout = standing.Rollout!;
        var extended = new RolloutExtended(
            rollout.Deployment, rollout.Id, rollout.Candidate, rollout.Step + 1, rollout.Weight, move.At!.Value, GuardrailFigures.Of(rollout.Evidence, null), move.Sentence, move.Actor);
        return new ReleaseChange { Rollout = rollout with { StepStartedAt = null, Revision = rollout.Revision + 1 }, Events = [extended] };
    }

    /// <summary>The event of another stable version.</summary>
    public static IEvent Deployed(DeploymentState? before, DeploymentState after, Move move) =>
        new VersionDeployed(after.Name, after.Stable.Reference, after.Stable.ArtifactDigest, before?.Stable.Reference, after.Revision, move.Reason, move.Actor) { Override = after.Override };

    private static RolloutPromoted Promoted(RolloutState ended, double formerWeight, long revision, Move move) => new(
        ended.Deployment,
        ended.Id,
        ended.Candidate,
        ended.Stable,
        formerWeight,
        move.At ?? ended.LookedTo,
        GuardrailFigures.Of(ended.Evidence, null),
        revision,
        move.Reason,
        move.Sentence,
        move.Actor);
}
