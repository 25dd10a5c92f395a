using System.Collections.Concurrent;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>Releases without evidence, for tests of what asks for them: a first version and <c>immediate</c> deploy at once, everything else stays under way until a test ends it.</summary>
internal sealed class PlainRollouts(IDeployments deployments, PlainRollouts.Kept kept) : IRollouts
{
    /// <summary>What outlives a host, as a table would.</summary>
    public sealed class Kept
    {
        public ConcurrentDictionary<string, RolloutState> ById { get; } = new();

        /// <summary>Every call that began something.</summary>
        public ConcurrentQueue<RolloutRequest> Begun { get; } = new();
    }

    public async Task<RolloutState> StartAsync(RolloutRequest request, Actor actor, CancellationToken cancellationToken)
    {
        if (kept.ById.Values.FirstOrDefault(r => r.Origin is not null && r.Origin == request.Origin) is { } same)
        {
            return same;
        }

        if (await FindActiveAsync(request.Deployment, cancellationToken) is { } active)
        {
            return active.Candidate == request.Version
                ? active
                : throw new SlipwayException(ErrorKind.Conflict, $"{active.Candidate} is tried as {request.Deployment} already (rollout {active.Id}). Promote it or roll it back first.");
        }

        var plan = request.Plan ?? new RolloutPlan { Strategy = "immediate" };
        var before = await deployments.FindAsync(request.Deployment, cancellationToken);
        var atOnce = before is null || plan.Strategy == "immediate";
        if (atOnce)
        {
            await deployments.DeployAsync(request.Deployment, request.Version, actor, request.Reason, cancellationToken);
        }

        kept.Begun.Enqueue(request);
        var rollout = new RolloutState
        {
            Id = Guid.CreateVersion7().ToString("N"),
            Deployment = request.Deployment,
            Stable = before?.Stable.Reference,
            Candidate = request.Version,
            Plan = plan,
            Status = atOnce ? RolloutStatus.Promoted : RolloutStatus.Running,
            Weight = plan.Steps.Count > 0 ? plan.Steps[0].Weight : 0,
            StartedAt = DateTimeOffset.UnixEpoch,
            StartedBy = actor.Name,
            Origin = request.Origin,
        };
        return kept.ById[rollout.Id] = rollout;
    }

    public async Task<RolloutState> PromoteAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken)
    {
        var rollout = kept.ById[id];
        await deployments.DeployAsync(rollout.Deployment, rollout.Candidate, actor, reason, cancellationToken);
        return kept.ById[id] = rollout with { Status = RolloutStatus.Promoted };
    }

    public Task<RolloutState> RollBackAsync(string id, Actor actor, string? reason, CancellationToken cancellationToken) =>
        Task.FromResult(kept.ById[id] = kept.ById[id] with { Status = RolloutStatus.RolledBack, Sentence = reason ?? "" });

    public Task ReconcileAsync(string deployment, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<RolloutState?> FindAsync(string id, CancellationToken cancellationToken) => Task.FromResult(kept.ById.GetValueOrDefault(id));

    public Task<RolloutState?> FindActiveAsync(string deployment, CancellationToken cancellationToken) =>
        Task.FromResult(kept.ById.Values.FirstOrDefault(r => r.Deployment == deployment && r.Status is RolloutStatus.Running or RolloutStatus.Held));

    public Task<IReadOnlyList<RolloutState>> ListAsync(string? deployment, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RolloutState>>([.. kept.ById.Values.Where(r => deployment is null || r.Deployment == deployment).OrderByDescending(r => r.Id, StringComparer.Ordinal).Take(limit)]);

    public Task<IReadOnlyList<RolloutLook>> ListLooksAsync(string id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RolloutLook>>([]);
}
