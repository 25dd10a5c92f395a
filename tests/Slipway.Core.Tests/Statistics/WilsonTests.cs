using Slipway.Statistics.Quality;

namespace Slipway.Core.Tests.Statistics;

public sealed class WilsonTests
{
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void The_interval_is_the_published_one(int successes, int trials, double low, double high)
    {
        // Newcombe, Statistics in Medicine 17 (1998), table I.
        var interval = Wilson.Of(successes, trials)!;

        Assert.Equal((low, high), (Math.Round(interval.Low, 4), Math.Round(interval.High, 4)));
    }

    [Fact]
    public void No_trials_have_no_interval() => Assert.Null(Wilson.Of(0, 0));

    [Fact]
    public void Shares_know_how_many_rows_they_are_of_and_other_metrics_are_no_shares()
    {
        var rows = new ScoredRows(LearningTask.Binary, [1, 1, 1, 0, 0], [0.9, 0.5, 0.1, 0.8, 0.2], 1);

        Assert.Equal(5, QualityMetrics.Trials("accuracy", rows));
        Assert.Equal(3, QualityMetrics.Trials("precision", rows));
        Assert.Equal(3, QualityMetrics.Trials("recall", rows));
        Assert.All(["f1", "auc", "brier"], m => Assert.Null(QualityMetrics.Trials(m, rows)));
    }
}
