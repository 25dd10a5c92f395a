using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Lineages;

namespace Slipway.Registry.Lineages;

/// <inheritdoc/>
internal sealed class LineageWalk(IEnumerable<ILineageSource> sources) : ILineage
{
    private readonly LineageNames _names = new(sources);

    public async Task<LineageGraph> WalkAsync(LineageQuery query, CancellationToken cancellationToken)
    {
        if (query.Depth is < 1 or > LineageQuery.MaxDepth)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"depth is {query.Depth}; it may be 1 to {LineageQuery.MaxDepth}.");
        }

        var roots = await _names.ResolveAsync(query.Node, cancellationToken);
        var found = new Found(roots);
        foreach (var direction in query.Direction is { } one ? [one] : new[] { LineageDirection.Up, LineageDirection.Down })
        {
            await WalkAsync(found, roots, direction, query.Depth, cancellationToken);
        }

        return await DescribeAsync(roots, found, cancellationToken);
    }

    // A node is visited once, so a walk ends whatever the edges say.
    private async Task WalkAsync(Found found, IReadOnlyList<LineageKey> roots, LineageDirection direction, int depth, CancellationToken cancellationToken)
    {
        IReadOnlyList<LineageKey> level = roots;
        for (var distance = 1; level.Count > 0; distance++)
        {
            if (distance > depth)
            {
                await NoteDepthAsync(found, level, direction, depth, cancellationToken);
                return;
            }

            var limit = LineageQuery.MaxNodes - found.Levels.Count;
            var next = new List<LineageKey>();
            foreach (var edge in await ListAsync(new LineageStep(direction, level, limit) { IsFirst = distance == 1 }, cancellationToken))
            {
                var reached = direction == LineageDirection.Up ? edge.From : edge.To;
                if (!found.Levels.ContainsKey(reached))
                {
                    if (found.Levels.Count >= LineageQuery.MaxNodes)
                    {
                        found.Cut = string.Create(CultureInfo.InvariantCulture, $"There is more: these are the first {LineageQuery.MaxNodes:N0} nodes. Begin at one of them to see what is beyond it.");
                        continue;
                    }

                    found.Levels.Add(reached, direction == LineageDirection.Up ? -distance : distance);
                    next.Add(reached);
                }

                found.Edges.TryAdd((edge.From, edge.To), edge.What);
            }

            level = next;
        }
    }

    private async Task NoteDepthAsync(Found found, IReadOnlyList<LineageKey> level, LineageDirection direction, int depth, CancellationToken cancellationToken)
    {
        var beyond = await ListAsync(new LineageStep(direction, level, 1), cancellationToken);
        if (beyond.Any(edge => !found.Levels.ContainsKey(direction == LineageDirection.Up ? edge.From : edge.To)))
        {
            found.Cut ??= string.Create(CultureInfo.InvariantCulture, $"There is more than {depth} {(depth == 1 ? "step" : "steps")} away.");
        }
    }

    private async Task<List<LineageEdge>> ListAsync(LineageStep step, CancellationToken cancellationToken)
    {
        var edges = new List<LineageEdge>();
        foreach (var source in sources)
        {
            edges.AddRange(await source.ListEdgesAsync(step, cancellationToken));
        }

        return edges;
    }

    private async Task<LineageGraph> DescribeAsync(IReadOnlyList<LineageKey> roots, Found found, CancellationToken cancellationToken)
    {
        var keys = found.Levels.Keys.ToList();
        var described = new Dictionary<LineageKey, LineageNode>();
        foreach (var source in sources)
        {
            foreach (var node in await source.DescribeAsync(keys, cancellationToken))
            {
                described.TryAdd(node.Key, node);
            }
        }

        var gone = keys.Where(key => !described.ContainsKey(key)).ToHashSet();
        var edges = Shorten(found.Edges, gone).ToList();
        var levels = Levels(roots, found.Levels, edges.ConvertAll(edge => edge.Key));
        return new LineageGraph(
            [.. roots.Select(root => root.Id)],
            [.. levels.OrderBy(node => Math.Abs(node.Value)).Select(node => Node(node.Key, node.Value, described.GetValueOrDefault(node.Key)))],
            [.. edges.Select(edge => new LineageGraphEdge(edge.Key.From.Id, edge.Key.To.Id, edge.Value))],
            found.Cut);
    }

    // A version names its data and code beside its run, so that they are known when the run is purged. While it is there they are the run's.
    private static IEnumerable<KeyValuePair<(LineageKey From, LineageKey To), string>> Shorten(Dictionary<(LineageKey From, LineageKey To), string> edges, HashSet<LineageKey> gone)
    {
        var runsOf = edges.Keys.Where(edge => edge is { From.Kind: LineageKind.Run, To.Kind: LineageKind.Version } && !gone.Contains(edge.From)).ToLookup(edge => edge.To, edge => edge.From);
        return edges.Where(edge => edge.Key is not { From.Kind: LineageKind.Dataset or LineageKind.Commit, To.Kind: LineageKind.Version }
            || !runsOf[edge.Key.To].Any(run => edges.ContainsKey((edge.Key.From, run))));
    }

    // How far nodes are by the edges that are told.
    private static Dictionary<LineageKey, int> Levels(IReadOnlyList<LineageKey> roots, Dictionary<LineageKey, int> found, List<(LineageKey From, LineageKey To)> edges)
    {
        var levels = new Dictionary<LineageKey, int>(found);
        foreach (var sign in new[] { -1, 1 })
        {
            var next = sign < 0 ? edges.ToLookup(edge => edge.To, edge => edge.From) : edges.ToLookup(edge => edge.From, edge => edge.To);
            var seen = roots.ToHashSet();
            IReadOnlyList<LineageKey> level = roots;
            for (var distance = 1; level.Count > 0; distance++)
            {
                level = [.. level.SelectMany(node => next[node]).Where(node => Math.Sign(found[node]) == sign && seen.Add(node))];
                foreach (var node in level)
                {
                    levels[node] = sign * distance;
                }
            }
        }

        return levels;
    }

    private static LineageGraphNode Node(LineageKey key, int level, LineageNode? node) => new()
    {
        Id = key.Id,
        Kind = key.Kind,
        Name = key.Name,
        Title = node?.Title ?? key.Name,
        Detail = node?.Detail ?? "not here any more",
        At = node?.At,
        Facts = node?.Facts ?? new Dictionary<string, string>(),
        Level = level,
        IsGone = node is null,
    };

    private sealed class Found(IEnumerable<LineageKey> roots)
    {
        public Dictionary<LineageKey, int> Levels { get; } = roots.ToDictionary(root => root, _ => 0);

        public Dictionary<(LineageKey From, LineageKey To), string> Edges { get; } = [];

        public string? Cut { get; set; }
    }
}
