using System.Globalization;
using Slipway.Core.Lineages;
using Slipway.Core.Names;
using Slipway.Core.Units;
using Slipway.Registry.Decisions;

namespace Slipway.Registry.Lineages;

/// <summary>Where versions came from, and what was decided about them.</summary>
internal sealed class VersionLineage(VersionOriginStore origins, IVersionHistory decisions) : ILineageSource
{
    private const string Dirty = "+dirty";
    private const int CommitLength = 40;

    private static readonly LineageKind[] Origins = [LineageKind.Run, LineageKind.Dataset, LineageKind.Commit];

    public async Task<IReadOnlyList<LineageEdge>> ListEdgesAsync(LineageStep step, CancellationToken cancellationToken)
    {
        var edges = new List<LineageEdge>();
        if (step.Direction == LineageDirection.Down)
        {
            foreach (var kind in Origins)
            {
                var names = step.Of(kind);
                var made = names.Count == 0 ? [] : await origins.ListOfAsync(kind, names, step.Limit + 1, cancellationToken);
                edges.AddRange(made.Select(version => Edge(new LineageKey(kind, version.Origin), version.Version)));
            }

            edges.AddRange(step.Of(LineageKind.Approval).Select(name => new LineageEdge(new LineageKey(LineageKind.Approval, name), new LineageKey(LineageKind.Version, name[..name.LastIndexOf('/')]), "")));
            return edges;
        }

        var versions = Parse(step.Of(LineageKind.Version));
        if (versions.Count > 0)
        {
            foreach (var version in await origins.ListAsync(versions, cancellationToken))
            {
                edges.AddRange(VersionOriginStore.OriginsOf(version.Lineage).Select(origin => Edge(origin, version.Reference.ToString())));
            }

            foreach (var decided in await decisions.ListAsync(versions, null, cancellationToken))
            {
                edges.AddRange(decided.Decisions.Select(decision => new LineageEdge(KeyOf(decided.Version, decision), new LineageKey(LineageKind.Version, decided.Version.ToString()), "")));
            }
        }

        return edges;
    }

    public async Task<IReadOnlyList<LineageNode>> DescribeAsync(IReadOnlyList<LineageKey> keys, CancellationToken cancellationToken)
    {
        var nodes = new List<LineageNode>(keys.Where(key => key.Kind == LineageKind.Commit).Select(OfCommit));
        var versions = Parse(keys.Where(key => key.Kind == LineageKind.Version).Select(key => key.Name));
        if (versions.Count > 0)
        {
            nodes.AddRange((await origins.ListAsync(versions, cancellationToken)).Select(Describe));
        }

        var approvals = keys.Where(key => key.Kind == LineageKind.Approval).ToHashSet();
        if (approvals.Count > 0)
        {
            var decided = await decisions.ListAsync(Parse(approvals.Select(key => key.Name[..key.Name.LastIndexOf('/')]).Distinct()), null, cancellationToken);
            nodes.AddRange(decided.SelectMany(version => version.Decisions.Select(decision => Describe(version.Version, decision))).Where(node => approvals.Contains(node.Key)));
        }

        return nodes;
    }

    public async Task<IReadOnlyList<LineageKey>> ResolveAsync(LineageName name, CancellationToken cancellationToken)
    {
        var found = new List<LineageKey>();
        if (name.MayBe(LineageKind.Version))
        {
            var versions = VersionReference.TryParse(name.Text, null, out var reference)
                ? await origins.ListAsync([reference], cancellationToken)
                : ResourceName.IsValid(name.Text) ? await origins.ListNewestAsync(name.Text, LineageName.Most + 1, cancellationToken) : [];
            found.AddRange(versions.Select(version => new LineageKey(LineageKind.Version, version.Reference.ToString())));
        }

        if (name.MayBe(LineageKind.Commit) && (name.Kind is not null || name.Text.Replace(Dirty, "", StringComparison.Ordinal).Length == CommitLength))
        {
            string[] texts = name.Text.EndsWith(Dirty, StringComparison.Ordinal) ? [name.Text] : [name.Text, name.Text + Dirty];
            found.AddRange((await origins.FindCommitsAsync(texts, cancellationToken)).Select(commit => new LineageKey(LineageKind.Commit, commit)));
        }

        if (name.Kind == LineageKind.Approval && name.Text.LastIndexOf('/') is > 0 and var slash && VersionReference.TryParse(name.Text[..slash], null, out var decided))
        {
            found.AddRange((await decisions.ListAsync([decided], null, cancellationToken))[0].Decisions.Select(decision => KeyOf(decided, decision)).Where(key => key.Name == name.Text));
        }

        return found;
    }

    private static LineageNode Describe(OriginVersion version) => new()
    {
        Key = new LineageKey(LineageKind.Version, version.Reference.ToString()),
        Title = version.Reference.ToString(),
        Detail = $"{version.State}; {version.Reason}",
        At = version.CreatedAt,
        Facts = new Dictionary<string, string>
        {
            ["state"] = version.State,
            ["number"] = version.Number.ToString(CultureInfo.InvariantCulture),
            ["registered by"] = version.CreatedBy,
            ["artifact"] = version.ArtifactDigest,
        },
    };

    private static LineageNode Describe(VersionReference version, VersionDecision decision) => new()
    {
        Key = KeyOf(version, decision),
        Title = $"{decision.What} by {decision.Actor}",
        Detail = string.Join("; ", new[] { Moment.Format(decision.At) + " UTC", decision.Reason, decision.Evidence }.OfType<string>()),
        At = decision.At,
        Facts = new Dictionary<string, string>(
            new[] { ("who", decision.Actor), ("reason", decision.Reason), ("evidence", decision.Evidence) }.Where(fact => fact.Item2 is not null).Select(fact => KeyValuePair.Create(fact.Item1, fact.Item2!))),
    };

    private static LineageNode OfCommit(LineageKey key)
    {
        var isDirty = key.Name.EndsWith(Dirty, StringComparison.Ordinal);
        var hash = isDirty ? key.Name[..^Dirty.Length] : key.Name;
        return new LineageNode
        {
            Key = key,
            Title = $"commit {(hash.Length > 12 ? hash[..12] : hash)}",
            Detail = isDirty ? "with changes that are not in it" : "",
            Facts = new Dictionary<string, string> { ["commit"] = hash },
        };
    }

    private static LineageEdge Edge(LineageKey origin, string version) =>
        new(origin, new LineageKey(LineageKind.Version, version), origin.Kind switch { LineageKind.Run => "registered as", LineageKind.Dataset => "trained", _ => "code of" });

    private static LineageKey KeyOf(VersionReference version, VersionDecision decision) =>
        new(LineageKind.Approval, string.Create(CultureInfo.InvariantCulture, $"{version}/{decision.Position}"));

    private static List<VersionReference> Parse(IEnumerable<string> names) =>
        [.. names.Select(name => VersionReference.TryParse(name, null, out var reference) ? reference : null).OfType<VersionReference>()];
}
