using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Statistics.Quality;
using Slipway.Training;

namespace Slipway.Develop.Tests.Training;

public sealed class LabelColumnTests
{
    [Fact]
    public void Numbers_become_classes_in_their_own_order()
    {
        var label = LabelColumn.Read(new NumberColumn("y", [10, 9, -1.5, 9]), LearningTask.Multiclass);

        Assert.Equal(["-1.5", "9", "10"], label.Labels);
        Assert.Equal([2, 1, 0, 1], label.Values);
    }

    [Fact]
    public void Texts_become_classes_in_ordinal_order_and_only_those_that_occur()
    {
        var label = LabelColumn.Read(new TextColumn("y", [3, 0, 3], ["B", "Z", "a", "b"]), LearningTask.Binary);

        Assert.Equal(["B", "b"], label.Labels);
        Assert.Equal([1, 0, 1], label.Values);
    }

    [Fact]
    public void An_infinite_label_is_refused_with_its_count()
    {
        var error = Assert.Throws<SlipwayException>(() => LabelColumn.Read(new NumberColumn("y", [1, double.PositiveInfinity, 2]), LearningTask.Regression));

        Assert.Contains("'y' is infinite in 1 rows", error.Message, StringComparison.Ordinal);
    }
}
