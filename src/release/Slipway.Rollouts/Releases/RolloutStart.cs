using Slipway.Core.Errors;
using Slipway.Registry;

namespace Slipway.Rollouts.Releases;

/// <summary>How a rollout begins, or why it does not.</summary>
internal sealed class RolloutStart(RolloutStore store, RolloutNeighbours neighbours, IModelRegistry registry, Admission admission)
{
    /// <summary>What is wanted, checked as far as no deployment matters.</summary>
    public async Task<WantedRelease> PlanAsync(RolloutRequest request, CancellationToken cancellationToken)
    {
        var version = await registry.GetAsync(request.Version, cancellationToken);
        await admission.CheckAsync(new Admittance(request.Version, AdmissionRule.Approved), instead: null, cancellationToken);
        var plan = request.Plan ?? await neighbours.FindPlanAsync(request.Deployment, cancellationToken) ?? new RolloutPlan { Strategy = PlanCheck.Immediate };
        return new WantedRelease(version, PlanCheck.Check(plan));
    }

    /// <summary>The rollout that answers the request already, or null: the one that its origin started, the one that tries the version now, or the one that made it stable.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: another version is being tried.</exception>
    public async Task<RolloutState?> FindAsync(RolloutRequest request, Standing before, WantedRelease wanted, CancellationToken cancellationToken)
    {
        if (request.Origin is { } origin && await store.FindByOriginAsync(origin, cancellationToken) is { } known)
        {
            return known;
        }

        if (before.Rollout is { } active)
        {
            return active.Candidate == request.Version
                ? active
                : throw new SlipwayException(
                    ErrorKind.Conflict,
                    $"{request.Deployment} is trying {active.Candidate} (rollout {active.Id}), so {request.Version} has to wait. End that with `slipway rollout promote {request.Deployment}` or `slipway rollout rollback {request.Deployment}`.");
        }

        return before.Deployment?.Stable == wanted.Deployed
            && await store.ListAsync(request.Deployment, 1, cancellationToken) is [{ Status: RolloutStatus.Promoted } last] && last.Candidate == request.Version
                ? last
                : null;
    }

    /// <summary>The first change of a new rollout.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: (canary) the version's signature breaks the callers of the stable one, or there can be no evidence.</exception>
    public async Task<ReleaseChange> BeginAsync(RolloutRequest request, Standing before, WantedRelease wanted, Move move, CancellationToken cancellationToken)
    {
        var stable = before.Deployment?.Stable;
        var rollout = new RolloutState
        {
            Id = Guid.CreateVersion7(move.Now).ToString("N"),
            Deployment = request.Deployment,
            Stable = stable?.Reference,
            Candidate = request.Version,
            Plan = wanted.Plan,
            Evidence = wanted.Plan.Strategy == PlanCheck.Canary ? EvidenceFold.Start(wanted.Plan) : [],
            StartedAt = move.Now,
            StartedBy = move.Actor.Name,
            Origin = request.Origin,
        };
        var change = stable is null || wanted.Plan.Strategy == PlanCheck.Immediate || stable == wanted.Deployed
            ? AtOnce(before.Deployment, wanted, rollout, move)
            : wanted.Plan.Strategy == PlanCheck.Canary
                ? await CanaryAsync(before.Deployment!, wanted, rollout, move, cancellationToken)
                : RolloutMoves.Begin(before.Deployment!, wanted.Deployed, 0, rollout, move with { Sentence = $"{wanted.Deployed.Reference} is loaded beside {stable.Reference} and takes over when it is warm." });
        return change with { Admits = new Admittance(request.Version, AdmissionRule.Approved) };
    }

    private static ReleaseChange AtOnce(DeploymentState? before, WantedRelease wanted, RolloutState rollout, Move move)
    {
        var reference = wanted.Deployed.Reference;
        if (before is null)
        {
            return RolloutMoves.Immediate(
                null, DeploymentState.First(rollout.Deployment, wanted.Deployed, move.Actor, move.Now), rollout, move with { Sentence = $"{reference} answers as {rollout.Deployment}, which had no version before." });
        }

        // Deployed by hand before: there is nothing to do, and so there is no event, but whoever asked gets an answer.
        return before.Stable == wanted.Deployed
            ? new ReleaseChange { Rollout = rollout with { Status = RolloutStatus.Promoted, Weight = 1, Sentence = $"{reference} answers as {rollout.Deployment} already.", EndedAt = move.Now } }
            : RolloutMoves.Immediate(before, before.Deploy(wanted.Deployed, move.Actor, move.Now), rollout, move with { Sentence = $"{reference} answers as {rollout.Deployment} at once." });
    }

    private async Task<ReleaseChange> CanaryAsync(DeploymentState before, WantedRelease wanted, RolloutState rollout, Move move, CancellationToken cancellationToken)
    {
        var stable = await registry.GetAsync(before.Stable.Reference, cancellationToken);
        if (SignatureComparison.Between(stable.Signature, wanted.Version.Signature).Breaking is { Count: > 0 } breaking)
        {
            throw new SlipwayException(
                ErrorKind.Conflict,
                $"{wanted.Version.Reference} cannot share the requests of {before.Name} with {stable.Reference}: {string.Join("; ", breaking)}. Deploy it under another name, or with the strategy blue-green once its callers can follow.");
        }

        if (neighbours.Evidence?.FindObstacle(before.Name) is { } obstacle)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"{wanted.Version.Reference} cannot be tried on a part of {before.Name}'s requests: {obstacle}");
        }

        var weight = wanted.Plan.Steps[0].Weight;
        var sentence = $"{wanted.Version.Reference} answers {Core.Units.Percent.Format(weight)} of requests and is compared with {stable.Reference}.";
        return RolloutMoves.Begin(before, wanted.Deployed, weight, rollout, move with { Sentence = sentence });
    }
}

/// <summary>A version and how it should come to answer.</summary>
/// <param name="Version">The version.</param>
/// <param name="Plan">The plan.</param>
internal sealed record WantedRelease(ModelVersion Version, RolloutPlan Plan)
{
    /// <summary>The version as a deployment names it.</summary>
    public DeployedVersion Deployed { get; } = new(Version.Reference, Version.ArtifactDigest);
}
