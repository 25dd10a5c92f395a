using Slipway.Console.Reading;
using Slipway.Core.Lineages;
using Slipway.Registry.Lineages;

namespace Slipway.Apps.Tests.Console;

public sealed class LineageMapTests
{
    [Fact]
    public void What_was_there_first_stands_left_of_what_came_of_it_and_no_two_boxes_meet()
    {
        var graph = Graphs.Of(("file:a@1", "dataset:d@1"), ("sql:d@1", "dataset:d@1"), ("dataset:d@1", "run:r"), ("commit:c", "run:r"), ("run:r", "version:m@1.0.0"), ("approval:m@1.0.0/7", "version:m@1.0.0"), ("version:m@1.0.0", "deployment:live"));

        var map = LineageMap.Of(graph);

        Assert.Equal((0, 8, 7), (map.Undrawn, map.Boxes.Count, map.Lines.Count));
        Assert.All(map.Lines, line => Assert.True(line.From.X + LineageMap.BoxWidth < line.To.X));
        Assert.All(map.Boxes, box => Assert.InRange(box.Y + LineageMap.BoxHeight, 1, map.Height));
        Assert.Equal(map.Boxes.Count, map.Boxes.Select(box => (box.X, box.Y)).Distinct().Count());
        Assert.Single(map.Boxes, box => box.IsRoot);
    }

    [Fact]
    public void Of_a_great_many_nodes_the_nearest_are_drawn()
    {
        var graph = Graphs.Of([.. Enumerable.Range(0, 500).Select(i => ("commit:c", $"run:{i}"))]);

        var map = LineageMap.Of(graph);

        Assert.Equal((LineageMap.MostDrawn, 501 - LineageMap.MostDrawn), (map.Boxes.Count, map.Undrawn));
        Assert.Equal(LineageMap.MostDrawn - 1, map.Lines.Count);
    }

    [Fact]
    public void Nodes_stand_beside_their_neighbours_so_that_lines_do_not_cross()
    {
        var map = LineageMap.Of(Graphs.Of(("run:a", "version:m@3.0.0"), ("run:b", "version:m@2.0.0"), ("run:c", "version:m@1.0.0")));

        Assert.All(map.Lines, line => Assert.Equal(line.From.Y, line.To.Y));
    }
}

/// <summary>Graphs of plain edges.</summary>
internal static class Graphs
{
    public static LineageGraph Of(params (string From, string To)[] edges)
    {
        var ids = edges.SelectMany(edge => new[] { edge.From, edge.To }).Distinct().ToList();
        return new LineageGraph([ids[0]], [.. ids.Select(id => Node(id, Array.IndexOf([.. ids], id)))], [.. edges.Select(edge => new LineageGraphEdge(edge.From, edge.To, ""))], null);
    }

    public static LineageGraphNode Node(string id, int level) => new()
    {
        Id = id,
        Kind = Enum.Parse<LineageKind>(id[..id.IndexOf(':', StringComparison.Ordinal)], ignoreCase: true),
        Name = id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..],
        Title = id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..],
        Detail = "something about it",
        Facts = new Dictionary<string, string>(),
        Level = level,
    };
}
