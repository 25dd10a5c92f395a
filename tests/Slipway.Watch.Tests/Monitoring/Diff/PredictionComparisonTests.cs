using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Monitoring.Diff;
using Slipway.Statistics.Quality;

namespace Slipway.Watch.Tests.Monitoring.Diff;

public sealed class PredictionComparisonTests
{
    private static readonly SnapshotComparedRows Rows = new(new Table([new NumberColumn("x", [1, 2, 3])], 3), [10, 20, 30], label: null) { Source = "three rows" };

    [Fact]
    public void Numbers_are_compared_by_their_distance_and_the_rows_that_differ_most_come_first()
    {
        var diff = PredictionComparison.Of(Rows, LearningTask.Regression, Scores([1, 2, 3]), Scores([1, 7, 2]));

        Assert.Equal((1, 2.0, 5.0, null), (diff.Same, diff.Mean!.Value, diff.Max!.Value, diff.SameClass));
        Assert.Equal([("20", "2", "7"), ("30", "3", "2")], diff.Most.Select(row => (row.Row, row.A, row.B)));
        Assert.Equal("2", diff.Most[0].Inputs["x"]);
    }

    [Fact]
    public void Classes_of_two_are_told_by_the_half()
    {
        var diff = PredictionComparison.Of(Rows, LearningTask.Binary, Scores([0.2, 0.49, 0.9]), Scores([0.3, 0.5, 0.95]));

        Assert.Equal(2.0 / 3, diff.SameClass!.Value, 1e-12);
        Assert.Equal(0.1, diff.Max!.Value, 1e-12);
    }

    [Fact]
    public void Classes_in_another_order_are_compared_by_name_and_their_scores_are_not()
    {
        var a = new Scored(Signature("cat", "dog"), [0.9, 0.1, 0.8, 0.2, 0.3, 0.7], 2);
        var b = new Scored(Signature("dog", "cat"), [0.1, 0.9, 0.9, 0.1, 0.8, 0.2], 2);

        var diff = PredictionComparison.Of(Rows, LearningTask.Multiclass, a, b);

        Assert.Equal((2.0 / 3, null, null), (diff.SameClass!.Value, diff.Mean, diff.Max));
        Assert.Equal(("20", "cat", "dog"), (diff.Most.Single().Row, diff.Most.Single().A, diff.Most.Single().B));
    }

    [Fact]
    public void A_row_without_a_number_says_nothing()
    {
        var diff = PredictionComparison.Of(Rows, LearningTask.Regression, Scores([double.NaN, 2, 3]), Scores([1, 2, 3]));

        Assert.Equal((2, 0.0, 0), (diff.Same, diff.Max!.Value, diff.Most.Count));
    }

    private static Scored Scores(double[] scores) => new(Signature(), scores, 1);

    private static ModelSignature Signature(params string[] labels) => new([], [], Tabular: true) { Labels = labels };
}
