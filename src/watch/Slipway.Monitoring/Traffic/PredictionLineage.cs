using System.Globalization;
using Slipway.Core.Lineages;
using Slipway.Core.Names;
using Slipway.Core.Text;
using Slipway.Core.Units;
using Slipway.Monitoring.Predictions;
using Slipway.Rollouts;

namespace Slipway.Monitoring.Traffic;

/// <summary>What versions answered: one prediction up to its version, and a version down to all of its predictions, counted and not told one by one.</summary>
internal sealed class PredictionLineage(TrafficStore traffic, IPredictions predictions, IDeployments deployments, IServedFolder? folder = null) : ILineageSource
{
    private const int MostSearched = 50;

    public async Task<IReadOnlyList<LineageEdge>> ListEdgesAsync(LineageStep step, CancellationToken cancellationToken)
    {
        var edges = new List<LineageEdge>();
        if (step.Direction == LineageDirection.Down)
        {
            var versions = step.Of(LineageKind.Version);
            if (versions.Count > 0)
            {
                edges.AddRange((await traffic.SumAsync(versions, cancellationToken)).Select(total => Edge(total.Version, KeyOf(total))));
            }

            foreach (var deployment in step.IsFirst ? step.Of(LineageKind.Deployment) : [])
            {
                edges.AddRange((await traffic.SumAsync(deployment, cancellationToken)).Select(total => new LineageEdge(new LineageKey(LineageKind.Deployment, deployment), KeyOf(total), "answered")));
            }

            return edges;
        }

        edges.AddRange(step.Of(LineageKind.Predictions).Select(name => Edge(name[(name.IndexOf('/', StringComparison.Ordinal) + 1)..], new LineageKey(LineageKind.Predictions, name))));
        foreach (var name in step.Of(LineageKind.Prediction))
        {
            if (await FindAsync(name, cancellationToken) is { } found)
            {
                edges.Add(Edge($"{found.Model}@{found.Version}", new LineageKey(LineageKind.Prediction, name)));
            }
        }

        return edges;
    }

    public async Task<IReadOnlyList<LineageNode>> DescribeAsync(IReadOnlyList<LineageKey> keys, CancellationToken cancellationToken)
    {
        var nodes = new List<LineageNode>();
        var wanted = keys.Where(key => key.Kind == LineageKind.Predictions).ToHashSet();
        if (wanted.Count > 0)
        {
            var totals = await traffic.SumAsync([.. wanted.Select(key => key.Name[(key.Name.IndexOf('/', StringComparison.Ordinal) + 1)..]).Distinct()], cancellationToken);
            nodes.AddRange(totals.Where(total => wanted.Contains(KeyOf(total))).Select(Describe));
        }

        foreach (var key in keys.Where(key => key.Kind == LineageKind.Prediction))
        {
            if (await FindAsync(key.Name, cancellationToken) is { } found)
            {
                nodes.Add(Describe(key, found));
            }
        }

        return nodes;
    }

    public async Task<IReadOnlyList<LineageKey>> ResolveAsync(LineageName name, CancellationToken cancellationToken)
    {
        if (name.Kind == LineageKind.Predictions && name.Text.IndexOf('/', StringComparison.Ordinal) is > 0 and var of)
        {
            var totals = await traffic.SumAsync([name.Text[(of + 1)..]], cancellationToken);
            return [.. totals.Select(KeyOf).Where(key => key.Name == name.Text)];
        }

        // A log is searched, which takes longer than a look into an index: only where nothing else has that name.
        if (!name.IsThorough || !name.MayBe(LineageKind.Prediction))
        {
            return [];
        }

        var known = (await deployments.ListAsync(cancellationToken)).Concat(folder?.List() ?? []).Select(deployment => deployment.Name).Distinct().ToList();
        var slash = name.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash > 0 && known.Contains(name.Text[..slash]) && await FindAsync(name.Text, cancellationToken) is not null)
        {
            return [new LineageKey(LineageKind.Prediction, name.Text)];
        }

        var found = new List<LineageKey>();
        foreach (var deployment in name.Text.Length <= IPredictions.MaxIdLength ? known.Take(MostSearched) : [])
        {
            if (await predictions.FindAsync(deployment, name.Text, cancellationToken) is not null)
            {
                found.Add(new LineageKey(LineageKind.Prediction, $"{deployment}/{name.Text}"));
            }
        }

        return found;
    }

    private async Task<PredictionExplanation?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var id = name[(slash + 1)..];
        return slash > 0 && ResourceName.IsValid(name[..slash]) && id.Length is > 0 and <= IPredictions.MaxIdLength ? await predictions.FindAsync(name[..slash], id, cancellationToken) : null;
    }

    private static LineageNode Describe(AnsweredTotal total)
    {
        var reference = VersionReference.TryParse(total.Version, null, out var known) ? known : null;
        var files = $"predictions/{total.Deployment}/date=*/hour=*/*.parquet";
        var facts = new Dictionary<string, string>
        {
            ["recorded"] = total.Predictions.ToString(CultureInfo.InvariantCulture),
            ["first"] = Moment.Format(total.First),
            ["last"] = Moment.Format(total.Last),
            ["files"] = files,
        };
        if (total.Unrecorded > 0)
        {
            facts["not recorded"] = string.Create(CultureInfo.InvariantCulture, $"about {total.Unrecorded}");
        }

        if (reference is not null)
        {
            facts["sql"] = $"select * from read_parquet('{files}', union_by_name = true) where model = '{reference.Model}' and version = '{reference.Version}'";
        }

        return new LineageNode
        {
            Key = KeyOf(total),
            Title = string.Create(CultureInfo.InvariantCulture, $"{total.Predictions:N0} predictions in {total.Deployment}"),
            Detail = $"{Moment.Format(total.First)} to {Moment.Format(total.Last)} UTC, by the time that requests carry",
            At = total.Last,
            Facts = facts,
        };
    }

    private static LineageNode Describe(LineageKey key, PredictionExplanation found) => new()
    {
        Key = key,
        Title = Excerpt.Of(found.Id),
        Detail = $"answered as {found.Role} in {found.Deployment} at {Moment.Format(found.ArrivedAt)} UTC",
        At = found.ArrivedAt,
        Facts = new Dictionary<string, string> { ["deployment"] = found.Deployment, ["role"] = found.Role, ["why"] = found.Why.Sentence },
    };

    private static LineageEdge Edge(string version, LineageKey key) => new(new LineageKey(LineageKind.Version, version), key, "answered");

    private static LineageKey KeyOf(AnsweredTotal total) => new(LineageKind.Predictions, $"{total.Deployment}/{total.Version}");
}
