using Slipway.Core.Lineages;
using Slipway.Registry.Lineages;

namespace Slipway.Console.Reading;

/// <summary>
/// Lineage as a drawing: nodes in columns by what they are, from data on the left to predictions on the right, and in each column where their neighbours are. Places are in pixels of the drawing.
/// </summary>
internal sealed class LineageMap
{
    /// <summary>The most nodes that are drawn; a table has the rest.</summary>
    public const int MostDrawn = 120;

    /// <summary>A node's width.</summary>
    public const int BoxWidth = 192;

    /// <summary>A node's height.</summary>
    public const int BoxHeight = 48;

    private const int ColumnGap = 32;
    private const int RowGap = 14;
    private const int Margin = 4;

    private LineageMap(IReadOnlyList<LineageBox> boxes, IReadOnlyList<LineageLine> lines, int undrawn)
    {
        Boxes = boxes;
        Lines = lines;
        Undrawn = undrawn;
        Width = boxes.Count == 0 ? 0 : boxes.Max(box => box.X) + BoxWidth + Margin;
        Height = boxes.Count == 0 ? 0 : boxes.Max(box => box.Y) + BoxHeight + Margin;
    }

    /// <summary>The nodes.</summary>
    public IReadOnlyList<LineageBox> Boxes { get; }

    /// <summary>The edges between them.</summary>
    public IReadOnlyList<LineageLine> Lines { get; }

    /// <summary>How many nodes are not drawn.</summary>
    public int Undrawn { get; }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Draws a graph.</summary>
    public static LineageMap Of(LineageGraph graph)
    {
        var drawn = graph.Nodes.Take(MostDrawn).ToList();
        var known = drawn.Select(node => node.Id).ToHashSet(StringComparer.Ordinal);
        var edges = graph.Edges.Where(edge => known.Contains(edge.From) && known.Contains(edge.To)).ToList();
        var columns = drawn.GroupBy(node => RankOf(node.Kind)).OrderBy(column => column.Key).Select(column => column.ToList()).ToList();
        Sort(columns, edges);

        var tallest = columns.Count == 0 ? 0 : columns.Max(column => column.Count);
        var boxes = new List<LineageBox>();
        foreach (var (i, column) in columns.Index())
        {
            // Shorter columns stand in the middle of the tallest.
            var top = Margin + ((tallest - column.Count) * (BoxHeight + RowGap) / 2);
            boxes.AddRange(column.Select((node, row) => new LineageBox(node, graph.Roots.Contains(node.Id), Margin + (i * (BoxWidth + ColumnGap)), top + (row * (BoxHeight + RowGap)))));
        }

        var places = boxes.ToDictionary(box => box.Node.Id, StringComparer.Ordinal);
        return new LineageMap(boxes, [.. edges.Select(edge => new LineageLine(places[edge.From], places[edge.To]))], graph.Nodes.Count - drawn.Count);
    }

    // Things of one rank stand in one column: what is to its left was there first.
    private static int RankOf(LineageKind kind) => kind switch
    {
        LineageKind.File or LineageKind.Sql => 0,
        LineageKind.Dataset or LineageKind.Commit => 1,
        LineageKind.Run or LineageKind.Approval => 2,
        LineageKind.Version => 3,
        LineageKind.Rollout => 4,
        _ => 5,
    };

    // Twice there and back: each node beside the mean of its neighbours in the column before, so that few lines cross.
    private static void Sort(List<List<LineageGraphNode>> columns, List<LineageGraphEdge> edges)
    {
        var neighbours = edges.SelectMany(edge => new[] { (edge.From, edge.To), (edge.To, edge.From) }).ToLookup(pair => pair.Item1, pair => pair.Item2);
        for (var sweep = 0; sweep < 2; sweep++)
        {
            foreach (var order in new[] { Enumerable.Range(1, Math.Max(0, columns.Count - 1)), Enumerable.Range(0, Math.Max(0, columns.Count - 1)).Reverse() })
            {
                foreach (var i in order)
                {
                    var places = columns.Where((_, j) => j != i).SelectMany(column => column.Select((node, row) => (node.Id, Place: row / (double)column.Count))).ToDictionary(place => place.Id, place => place.Place);
                    columns[i] = [.. columns[i].Select((node, row) => (node, Place: neighbours[node.Id].Where(places.ContainsKey).Select(id => places[id]).DefaultIfEmpty(row / (double)columns[i].Count).Average())).OrderBy(node => node.Place).Select(node => node.node)];
                }
            }
        }
    }
}

/// <summary>A node in the drawing.</summary>
internal sealed record LineageBox(LineageGraphNode Node, bool IsRoot, int X, int Y);

/// <summary>An edge in the drawing, from the right side of one node to the left side of another.</summary>
internal sealed record LineageLine(LineageBox From, LineageBox To)
{
    /// <summary>The path of SVG.</summary>
    public string Path
    {
        get
        {
            var (x1, y1) = (From.X + LineageMap.BoxWidth, From.Y + (LineageMap.BoxHeight / 2));
            var (x2, y2) = (To.X, To.Y + (LineageMap.BoxHeight / 2));
            var bend = Math.Max(16, (x2 - x1) / 2);
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}");
        }
    }
}
