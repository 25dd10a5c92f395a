using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Statistics.Quality;
using Slipway.Validation;

namespace Slipway.Develop.Tests.Validation;

public sealed class ModelScorerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Many_rows_are_scored_in_chunks_and_in_order()
    {
        double[] x = [.. Enumerable.Range(0, 10_000).Select(i => i / 3.0)];
        using var model = ColumnModel.Of(["x"]);

        var scored = Score(model, LearningTask.Regression, new NumberColumn("x", x), new NumberColumn("y", x));

        Assert.Equal(x, scored.Scores);
        Assert.Equal([4096, 4096, 1808], model.Runs);
    }

    [Fact]
    public void A_text_label_is_found_among_the_models_labels_whatever_the_tables_order()
    {
        using var model = ColumnModel.Of(["x"], "no", "yes");

        var scored = Score(model, LearningTask.Binary, new NumberColumn("x", [0.2, 0.9, 0.4]), new TextColumn("y", [1, 0, 1], ["yes", "no"]));

        Assert.Equal([0, 1, 0], scored.Truth);
    }

    [Fact]
    public void A_number_label_is_found_by_its_value()
    {
        using var model = ColumnModel.Of(["a", "b", "c"], "-1", "2.50", "10");

        var scored = Score(
            model, LearningTask.Multiclass, new NumberColumn("a", [1, 0]), new NumberColumn("b", [0, 1]), new NumberColumn("c", [0, 0]), new NumberColumn("y", [10, 2.5]));

        Assert.Equal([2, 1], scored.Truth);
        Assert.Equal((3, 6), (scored.Width, scored.Scores.Length));
    }

    [Fact]
    public void Of_two_probabilities_of_a_binary_model_the_second_counts()
    {
        using var model = ColumnModel.Of(["p0", "p1"]);

        var scored = Score(model, LearningTask.Binary, new NumberColumn("p0", [0.9, 0.3]), new NumberColumn("p1", [0.1, 0.7]), new NumberColumn("y", [0, 1]));

        Assert.Equal([0.1, 0.7], scored.Scores);
    }

    [Theory]
    [InlineData(TensorType.Float32, -1)]
    [InlineData(TensorType.Float64, 1)]
    public void A_model_of_one_matrix_gets_the_number_columns_in_order(TensorType type, long width)
    {
        using var model = new ColumnModel(new ModelSignature([new TensorSpec("input", type, [-1, width])], [new TensorSpec("scores", TensorType.Float64, [-1, 1])], Tabular: false));

        var scored = Score(model, LearningTask.Regression, new TimeColumn("at", [DateTime.UnixEpoch, null]), new NumberColumn("x", [0.5, 0.25]), new NumberColumn("y", [1, 2]));

        Assert.Equal([0.5, 0.25], scored.Scores);
    }

    [Fact]
    public void Text_and_its_missing_values_reach_the_model()
    {
        using var model = new ColumnModel(new ModelSignature([new TensorSpec("x", TensorType.Bytes, [-1])], [new TensorSpec("scores", TensorType.Float64, [-1, 1])], Tabular: true));

        var scored = Score(model, LearningTask.Regression, new TextColumn("x", [1, -1, 0], ["7", "8"]), new NumberColumn("y", [1, 2, 3]));

        Assert.Equal([8, -1, 7], scored.Scores);
    }

    [Fact]
    public void What_does_not_fit_is_refused_by_name()
    {
        using var model = ColumnModel.Of(["x"], "no", "yes");
        using var text = new ColumnModel(new ModelSignature([new TensorSpec("x", TensorType.Bytes, [-1])], [], Tabular: true));
        using var bare = ColumnModel.Of(["x"]);
        using var wide = ColumnModel.Of(["x", "z", "w"]);
        var x = new NumberColumn("x", [0.5, 0.5]);
        var y = new NumberColumn("y", [0, 1]);
        var words = new TextColumn("y", [0, 1], ["maybe", "yes"]);

        Refused("takes the column 'x', which the data does not have. Its columns are z, y", model, LearningTask.Regression, new NumberColumn("z", [1, 2]), y);
        Refused("'x' as a number, but the data has it as text", model, LearningTask.Regression, new TextColumn("x", [0, 0], ["a"]), y);
        Refused("'x' as text, but the data has it as a number", text, LearningTask.Regression, x, y);
        Refused("'y' is missing in 1 of 2 rows", model, LearningTask.Regression, x, new NumberColumn("y", [double.NaN, 1]));
        Refused("'y' is not a number", model, LearningTask.Regression, x, words);
        Refused("'maybe', which the model does not know. It knows 'no', 'yes'", model, LearningTask.Binary, x, words);
        Refused("'3', which the model does not know", ColumnModel.Of(["x"], "0", "1"), LearningTask.Binary, x, new NumberColumn("y", [0, 3]));
        Refused("does not say which score belongs to which text", bare, LearningTask.Binary, x, words);
        Refused("the value 2, but the model names no labels, so they must be 0 and 1", bare, LearningTask.Binary, x, new NumberColumn("y", [0, 2]));
        Refused("one probability a class", bare, LearningTask.Multiclass, x, y);
        Refused("the class 5, but the model knows only the classes 0 to 2", wide, LearningTask.Multiclass, x, new NumberColumn("z", [0, 0]), new NumberColumn("w", [0, 0]), new NumberColumn("y", [0, 5]));
        Refused("There is no column 'y'", model, LearningTask.Regression, x);
    }

    private static ScoredRows Score(ColumnModel model, LearningTask task, params Column[] columns) =>
        ModelScorer.Score(model, task, "y", new Table(columns, Rows(columns)), Cancel);

    private static int Rows(Column[] columns) => columns.OfType<NumberColumn>().First().Values.Length;

    private static void Refused(string sentence, ColumnModel model, LearningTask task, params Column[] columns)
    {
        var error = Assert.Throws<SlipwayException>(() => Score(model, task, columns));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Contains(sentence, error.Message, StringComparison.Ordinal);
    }
}
