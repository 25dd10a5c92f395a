using Slipway.Core.Lineages;
using Slipway.Core.Text;
using Slipway.Registry.Lineages;

namespace Slipway.Output;

/// <summary>Draws lineage as trees within 80 columns: what a node came from above, what came of it below.</summary>
internal static class LineageView
{
    private const int Width = 80;

    /// <summary>A tree for each root and direction. A node that comes again is not drawn out again.</summary>
    public static IEnumerable<string> Lines(LineageGraph graph)
    {
        var nodes = graph.Nodes.ToDictionary(node => node.Id);
        var up = graph.Edges.ToLookup(edge => edge.To);
        var down = graph.Edges.ToLookup(edge => edge.From);
        foreach (var root in graph.Roots.Select(id => nodes[id]))
        {
            foreach (var line in Node(root, "", ""))
            {
                yield return line;
            }

            if (up[root.Id].Any())
            {
                yield return "came from";
                foreach (var line in Branches(root, up, edge => edge.From, nodes, "", [root.Id]))
                {
                    yield return line;
                }
            }

            if (down[root.Id].Any())
            {
                yield return "what came of it";
                foreach (var line in Branches(root, down, edge => edge.To, nodes, "", [root.Id]))
                {
                    yield return line;
                }
            }

            if (!up[root.Id].Any() && !down[root.Id].Any())
            {
                yield return "Nothing that is known came before it or of it, in the direction that was asked for.";
            }
        }

        if (graph.Cut is { } cut)
        {
            yield return cut;
        }
    }

    private static IEnumerable<string> Branches(
        LineageGraphNode node, ILookup<string, LineageGraphEdge> edges, Func<LineageGraphEdge, string> other, Dictionary<string, LineageGraphNode> nodes, string indent, HashSet<string> drawn)
    {
        var branches = edges[node.Id].Where(edge => SameWay(node, nodes[other(edge)])).ToList();
        foreach (var (i, edge) in branches.Index())
        {
            var next = nodes[other(edge)];
            var isLast = i == branches.Count - 1;
            var isNew = drawn.Add(next.Id);
            foreach (var line in Node(next, $"{indent}{(isLast ? "└─ " : "├─ ")}", $"{indent}{(isLast ? "   " : "│  ")}", edge.What, isNew))
            {
                yield return line;
            }

            foreach (var line in isNew ? Branches(next, edges, other, nodes, $"{indent}{(isLast ? "   " : "│  ")}", drawn) : [])
            {
                yield return line;
            }
        }
    }

    // What lies above where a walk began is not below it, though edges lead there.
    private static bool SameWay(LineageGraphNode from, LineageGraphNode to) => from.Level == 0 || to.Level == 0 || Math.Sign(from.Level) == Math.Sign(to.Level);

    private static IEnumerable<string> Node(LineageGraphNode node, string first, string others, string what = "", bool isNew = true)
    {
        // Some titles say what they are.
        var kind = node.Kind is LineageKind.Approval or LineageKind.Predictions or LineageKind.Sql or LineageKind.Commit or LineageKind.Rollout ? "" : $"{LineageKey.WordOf(node.Kind)} ";

        // When a version was live says more than how its deployment stands now, and of each version that was there it is another time.
        var isPlace = node.Kind == LineageKind.Deployment && what.Length > 0;
        yield return Cut($"{first}{kind}{Excerpt.Of(node.Title, Width)}{(isNew || isPlace ? "" : " (see above)")}");
        var detail = isPlace ? what : isNew ? node.Detail : "";
        foreach (var line in detail.Length > 0 ? TextWrap.Lines(Excerpt.Of(detail, 300), Math.Max(20, Width - others.Length - 2)) : [])
        {
            yield return Cut($"{others}  {line}");
        }

        if (isNew && node.Kind is (LineageKind.Run or LineageKind.Rollout))
        {
            yield return Cut($"{others}  {node.Id}");
        }

        if (isNew && node.Facts.TryGetValue("files", out var files))
        {
            yield return Cut($"{others}  {files}");
        }
    }

    private static string Cut(string line) => line.Length <= Width ? line : line[..(Width - 1)] + "…";
}
