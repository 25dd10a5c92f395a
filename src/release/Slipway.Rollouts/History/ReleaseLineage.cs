using Slipway.Core.Lineages;
using Slipway.Core.Names;
using Slipway.Core.Units;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts.History;

/// <summary>Where versions were live: deployments, and the rollouts that led there.</summary>
internal sealed class ReleaseLineage(DeployedVersionStore places, RolloutStore rollouts, IDeployments deployments, IDeploymentHistory history) : ILineageSource
{
    // Each takes a few reads of its own; of the others it is told where they were, and not when.
    private const int MostDated = 40;
    private const int MostPeriods = 3;
    private const int MostVersions = 200;

    public async Task<IReadOnlyList<LineageEdge>> ListEdgesAsync(LineageStep step, CancellationToken cancellationToken)
    {
        var edges = new List<LineageEdge>();
        if (step.Direction == LineageDirection.Down)
        {
            var versions = step.Of(LineageKind.Version);
            if (versions.Count > 0)
            {
                edges.AddRange(await ListPlacesAsync(await places.ListAsync([.. versions.Select(version => VersionReference.Parse(version))], step.Limit + 1, cancellationToken), cancellationToken));
                edges.AddRange((await rollouts.ListOfAsync(versions, step.Limit + 1, cancellationToken)).Select(rollout => Edge(rollout.Candidate, rollout.Id)));
            }

            foreach (var (id, rollout) in await FindAsync(step.Of(LineageKind.Rollout), cancellationToken))
            {
                edges.Add(new LineageEdge(new LineageKey(LineageKind.Rollout, id), new LineageKey(LineageKind.Deployment, rollout.Deployment), "of"));
            }

            return edges;
        }

        foreach (var deployment in step.Of(LineageKind.Deployment))
        {
            edges.AddRange(await ListPlacesAsync(await places.ListOfAsync(deployment, Math.Min(MostVersions, step.Limit + 1), cancellationToken), cancellationToken));
        }

        foreach (var (id, rollout) in await FindAsync(step.Of(LineageKind.Rollout), cancellationToken))
        {
            edges.Add(Edge(rollout.Candidate.ToString(), id));
        }

        return edges;
    }

    public async Task<IReadOnlyList<LineageNode>> DescribeAsync(IReadOnlyList<LineageKey> keys, CancellationToken cancellationToken)
    {
        var nodes = new List<LineageNode>();
        var wanted = keys.Where(key => key.Kind == LineageKind.Deployment).ToHashSet();
        if (wanted.Count > 0)
        {
            nodes.AddRange((await deployments.ListAsync(cancellationToken)).Select(Describe).Where(node => wanted.Contains(node.Key)));
        }

        nodes.AddRange((await FindAsync([.. keys.Where(key => key.Kind == LineageKind.Rollout).Select(key => key.Name)], cancellationToken)).Select(rollout => Describe(rollout.State)));
        return nodes;
    }

    public async Task<IReadOnlyList<LineageKey>> ResolveAsync(LineageName name, CancellationToken cancellationToken)
    {
        var found = new List<LineageKey>();
        if (name.MayBe(LineageKind.Deployment) && ResourceName.IsValid(name.Text) && await deployments.FindAsync(name.Text, cancellationToken) is { } deployment)
        {
            found.Add(new LineageKey(LineageKind.Deployment, deployment.Name));
        }

        if (name.MayBe(LineageKind.Rollout) && await rollouts.FindAsync(name.Text, cancellationToken) is { } rollout)
        {
            found.Add(new LineageKey(LineageKind.Rollout, rollout.Id));
        }

        return found;
    }

    private async Task<IReadOnlyList<LineageEdge>> ListPlacesAsync(IReadOnlyList<DeployedPlace> known, CancellationToken cancellationToken)
    {
        var edges = new List<LineageEdge>();
        foreach (var (i, place) in known.Index())
        {
            var periods = i < MostDated ? await history.ListOfAsync(place, cancellationToken) : [];
            edges.Add(new LineageEdge(new LineageKey(LineageKind.Version, place.Version.ToString()), new LineageKey(LineageKind.Deployment, place.Deployment), LivePeriods.Tell(place.Version, periods, MostPeriods)));
        }

        return edges;
    }

    private async Task<IReadOnlyList<(string Id, RolloutState State)>> FindAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken) =>
        ids.Count == 0 ? [] : [.. (await rollouts.ListAsync(ids, cancellationToken)).Select(rollout => (rollout.Id, rollout))];

    private static LineageNode Describe(DeploymentState deployment) => new()
    {
        Key = new LineageKey(LineageKind.Deployment, deployment.Name),
        Title = deployment.Name,
        Detail = deployment.Candidate is { } candidate
            ? $"{deployment.Stable.Reference} answers now, and {candidate.Version.Reference} {Percent.Format(candidate.Weight)}"
            : $"{deployment.Stable.Reference} answers now",
        At = deployment.ChangedAt,
        Facts = new Dictionary<string, string> { ["stable"] = deployment.Stable.Reference.ToString() },
    };

    private static LineageNode Describe(RolloutState rollout)
    {
        var ended = rollout.Status switch { RolloutStatus.Promoted => "promoted", RolloutStatus.RolledBack => "taken back", RolloutStatus.Held => "held", _ => "under way" };
        return new LineageNode
        {
            Key = new LineageKey(LineageKind.Rollout, rollout.Id),
            Title = $"rollout of {rollout.Candidate}",
            Detail = $"{rollout.Plan.Strategy} in {rollout.Deployment}, {ended}",
            At = rollout.StartedAt,
            Facts = new Dictionary<string, string> { ["id"] = rollout.Id, ["started by"] = rollout.StartedBy, ["status"] = ended, ["why"] = rollout.Sentence },
        };
    }

    private static LineageEdge Edge(string candidate, string rollout) => new(new LineageKey(LineageKind.Version, candidate), new LineageKey(LineageKind.Rollout, rollout), "tried by");
}
