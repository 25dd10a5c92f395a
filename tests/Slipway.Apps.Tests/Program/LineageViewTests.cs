using Slipway.Apps.Tests.Console;
using Slipway.Output;
using Slipway.Registry.Lineages;

namespace Slipway.Apps.Tests.Program;

public sealed class LineageViewTests
{
    [Fact]
    public void A_tree_is_drawn_each_way_and_what_comes_again_is_not_drawn_out_again()
    {
        LineageGraphNode[] nodes =
        [
            Graphs.Node("version:m@1.0.0", 0), Graphs.Node("run:r", -1), Graphs.Node("dataset:d@1", -2), Graphs.Node("file:a.csv@1", -3),
            Graphs.Node("rollout:x", 1), Graphs.Node("deployment:live", 1),
        ];
        LineageGraphEdge[] edges =
        [
            new("run:r", "version:m@1.0.0", ""), new("dataset:d@1", "run:r", ""), new("file:a.csv@1", "dataset:d@1", "read by"),
            new("version:m@1.0.0", "rollout:x", ""), new("rollout:x", "deployment:live", ""), new("version:m@1.0.0", "deployment:live", "stable since May"),
        ];

        var lines = LineageView.Lines(new LineageGraph(["version:m@1.0.0"], nodes, edges, "There is more.")).ToArray();

        Assert.Equal(
            [
                "version m@1.0.0", "  something about it",
                "came from",
                "└─ run r", "     something about it", "     run:r",
                "   └─ dataset d@1", "        something about it",
                "      └─ file a.csv@1", "           something about it",
                "what came of it",
                "├─ x", "│    something about it", "│    rollout:x",
                "│  └─ deployment live", "│       something about it",
                "└─ deployment live", "     stable since May",
                "There is more.",
            ],
            lines);
    }

    [Fact]
    public void No_line_is_wider_than_80_columns_however_deep_and_long_names_are()
    {
        var ids = Enumerable.Range(0, 20).Select(i => $"file:{new string((char)('a' + i), 200)}").ToArray();
        var graph = new LineageGraph([ids[0]], [.. ids.Select(Graphs.Node)], [.. ids.Zip(ids.Skip(1), (from, to) => new LineageGraphEdge(from, to, "makes"))], null);

        Assert.All(LineageView.Lines(graph), line => Assert.InRange(line.Length, 0, 80));
    }
}
