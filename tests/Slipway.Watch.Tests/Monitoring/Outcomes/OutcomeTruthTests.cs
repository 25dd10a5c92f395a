using Slipway.Monitoring.Outcomes;
using Slipway.Statistics.Quality;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

public sealed class OutcomeTruthTests
{
    private static readonly string[] Words = ["no", "yes"];
    private static readonly string[] Numbers = ["3", "5", "8"];
    private static readonly string[] Flags = ["False", "True"];

    [Theory]
    [InlineData("16", 16.0)]
    [InlineData("-1.5e2", -150.0)]
    [InlineData("NaN", null)]
    [InlineData("1e999", null)]
    [InlineData("many", null)]
    [InlineData("true", null)]
    public void A_regression_takes_finite_numbers(string label, double? truth) => Assert.Equal(truth, OutcomeTruth.Read(label, LearningTask.Regression, []));

    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("1.0", 1.0)]
    [InlineData("true", 1.0)]
    [InlineData("2", null)]
    [InlineData("0.5", null)]
    [InlineData("-1", null)]
    [InlineData("yes", null)]
    public void Without_labels_two_classes_are_0_and_1(string label, double? truth) => Assert.Equal(truth, OutcomeTruth.Read(label, LearningTask.Binary, []));

    [Fact]
    public void Labels_of_the_model_are_found_as_text_as_numbers_and_as_booleans()
    {
        Assert.Equal(1, OutcomeTruth.Read("yes", LearningTask.Binary, Words));
        Assert.Null(OutcomeTruth.Read("Yes", LearningTask.Binary, Words));
        Assert.Null(OutcomeTruth.Read("1", LearningTask.Binary, Words));
        Assert.Equal(2, OutcomeTruth.Read("8.0", LearningTask.Multiclass, Numbers));
        Assert.Null(OutcomeTruth.Read("4", LearningTask.Multiclass, Numbers));
        Assert.Equal(0, OutcomeTruth.Read("false", LearningTask.Binary, Flags));
        Assert.Equal(1, OutcomeTruth.Read("true", LearningTask.Binary, ["0", "1"]));
        Assert.Equal(7, OutcomeTruth.Read("7", LearningTask.Multiclass, []));
    }

    [Fact]
    public void A_regression_is_off_by_its_error()
    {
        Assert.Equal(4, OutcomeTruth.Loss("absolute_error", LearningTask.Regression, 10, [14]));
        Assert.Equal(16, OutcomeTruth.Loss("squared_error", LearningTask.Regression, 10, [14]));
        Assert.Null(OutcomeTruth.Loss("incorrect", LearningTask.Regression, 10, [14]));
        Assert.Null(OutcomeTruth.Loss("absolute_error", LearningTask.Regression, 10, [double.NaN]));
        Assert.Null(OutcomeTruth.Loss("absolute_error", LearningTask.Regression, 10, []));
    }

    // By numpy: -log(0.3), (0.7 - 0)^2, -log(1e-15).
    [Fact]
    public void Two_classes_are_told_apart_at_one_half()
    {
        Assert.Equal(0, OutcomeTruth.Loss("incorrect", LearningTask.Binary, 1, [0.5]));
        Assert.Equal(1, OutcomeTruth.Loss("incorrect", LearningTask.Binary, 0, [0.5]));
        Assert.Equal(0.49, OutcomeTruth.Loss("brier", LearningTask.Binary, 0, [0.7])!.Value, 12);
        Assert.Equal(1.2039728043259361, OutcomeTruth.Loss("log_loss", LearningTask.Binary, 0, [0.7])!.Value, 12);
        Assert.Equal(34.538776394910684, OutcomeTruth.Loss("log_loss", LearningTask.Binary, 1, [0])!.Value, 9);
        Assert.Equal(0, OutcomeTruth.Loss("incorrect", LearningTask.Binary, 1, [0.2, 0.8]));
        Assert.Null(OutcomeTruth.Loss("absolute_error", LearningTask.Binary, 1, [0.2]));
    }

    // By numpy: 0.2^2 + 0.5^2 + 0.7^2 for class 2; -log(0.3).
    [Fact]
    public void Of_several_classes_the_most_probable_is_predicted_and_the_first_of_equals()
    {
        Assert.Equal(1, OutcomeTruth.Loss("incorrect", LearningTask.Multiclass, 2, [0.2, 0.5, 0.3]));
        Assert.Equal(0, OutcomeTruth.Loss("incorrect", LearningTask.Multiclass, 0, [0.4, 0.4, 0.2]));
        Assert.Equal(0.78, OutcomeTruth.Loss("brier", LearningTask.Multiclass, 2, [0.2, 0.5, 0.3])!.Value, 12);
        Assert.Equal(1.2039728043259361, OutcomeTruth.Loss("log_loss", LearningTask.Multiclass, 2, [0.2, 0.5, 0.3])!.Value, 12);
        Assert.Null(OutcomeTruth.Loss("incorrect", LearningTask.Multiclass, 3, [0.2, 0.5, 0.3]));
    }
}
