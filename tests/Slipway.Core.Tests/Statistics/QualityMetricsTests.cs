using System.Text.Json;
using CsCheck;
using Slipway.Statistics.Quality;

namespace Slipway.Core.Tests.Statistics;

public sealed class QualityMetricsTests
{
    private static readonly QualityCase[] Cases = JsonSerializer.Deserialize<QualityCase[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Statistics", "Data", "quality.json")), SlipwayJson.Options)!;

    private static readonly Gen<ScoredRows> BinaryRows =
        Gen.Select(Gen.Bool, Gen.Int[0, 8]).Array[1, 60].Select(rows => new ScoredRows(
            LearningTask.Binary, [.. rows.Select(r => r.Item1 ? 1.0 : 0.0)], [.. rows.Select(r => r.Item2 / 8.0)], 1));

    public static TheoryData<string> CaseNames => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Every_metric_agrees_with_scikit_learn(string name)
    {
        var expected = Cases.Single(c => c.Name == name);
        var rows = expected.Rows();

        Assert.Equal(QualityMetrics.Names(expected.Task).Order(), expected.Metrics.Keys.Order());
        foreach (var (metric, value) in expected.Metrics)
        {
            AssertClose(metric, value, QualityMetrics.Compute(metric, rows));
        }
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void All_metrics_at_once_are_those_that_have_a_value(string name)
    {
        var rows = Cases.Single(c => c.Name == name).Rows();

        var expected = QualityMetrics.Names(rows.Task).Where(m => QualityMetrics.Compute(m, rows) is not null);

        Assert.Equal(expected, QualityMetrics.ComputeAll(rows).Keys);
    }

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void A_sample_by_index_is_the_same_as_its_rows_copied(string name)
    {
        var rows = Cases.Single(c => c.Name == name).Rows();
        Gen.Int[0, rows.Truth.Length - 1].Array[1, 50].Sample(
            sample =>
            {
                var copied = new ScoredRows(
                    rows.Task, [.. sample.Select(i => rows.Truth[i])], [.. sample.SelectMany(i => rows.Scores.AsSpan(i * rows.Width, rows.Width).ToArray())], rows.Width);
                return QualityMetrics.Names(rows.Task).All(m => QualityMetrics.Compute(m, rows, sample) == QualityMetrics.Compute(m, copied));
            },
            iter: 50);
    }

    [Fact]
    public void The_area_under_the_curve_is_the_share_of_pairs_in_the_right_order_with_ties_one_half() =>
        BinaryRows.Sample(rows =>
        {
            var pairs = from i in Enumerable.Range(0, rows.Truth.Length)
                        from j in Enumerable.Range(0, rows.Truth.Length)
                        where rows.Truth[i] == 1 && rows.Truth[j] == 0
                        select rows.Scores[i] > rows.Scores[j] ? 1.0 : rows.Scores[i] == rows.Scores[j] ? 0.5 : 0.0;

            AssertClose("auc", pairs.Any() ? pairs.Average() : null, QualityMetrics.Compute("auc", rows));
        });

    [Fact]
    public void Average_precision_is_the_sum_of_steps_at_each_threshold() =>
        BinaryRows.Sample(rows =>
        {
            var positives = rows.Truth.Count(t => t == 1);
            double sum = 0;
            double recall = 0;
            foreach (var threshold in rows.Scores.Distinct().OrderDescending())
            {
                var above = rows.Truth.Where((_, i) => rows.Scores[i] >= threshold).ToArray();
                var found = above.Count(t => t == 1);
                sum += ((found / (double)positives) - recall) * found / above.Length;
                recall = found / (double)positives;
            }

            AssertClose("average_precision", positives == 0 ? null : sum, QualityMetrics.Compute("average_precision", rows));
        });

    [Fact]
    public void The_order_of_rows_does_not_matter() =>
        BinaryRows.Sample(rows =>
        {
            int[] reversed = [.. Enumerable.Range(0, rows.Truth.Length).Reverse()];
            foreach (var metric in QualityMetrics.Names(LearningTask.Binary))
            {
                AssertClose(metric, QualityMetrics.Compute(metric, rows), QualityMetrics.Compute(metric, rows, reversed));
            }
        });

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_score_that_is_no_number_leaves_every_metric_without_a_value(double score)
    {
        foreach (var task in Enum.GetValues<LearningTask>())
        {
            var width = task == LearningTask.Multiclass ? 2 : 1;
            double[] scores = [0.1, 0.8, 0.4, .. Enumerable.Repeat(score, (3 * width) - 3)];
            scores[1] = score;
            var rows = new ScoredRows(task, [0, 1, 1], scores, width);

            Assert.Empty(QualityMetrics.ComputeAll(rows));
        }
    }

    [Fact]
    public void No_rows_have_no_metrics() =>
        Assert.All(Enum.GetValues<LearningTask>(), task => Assert.Empty(QualityMetrics.ComputeAll(new ScoredRows(task, [], [], 1))));

    [Fact]
    public void A_metric_of_another_task_is_refused_by_name()
    {
        var error = Assert.Throws<ArgumentException>(() => QualityMetrics.Compute("auc", new ScoredRows(LearningTask.Regression, [1], [1], 1)));

        Assert.Contains("'auc'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_metric_knows_its_better_direction()
    {
        string[] losses = ["rmse", "mae", "mape", "log_loss", "brier", "ece"];

        foreach (var metric in Enum.GetValues<LearningTask>().SelectMany(QualityMetrics.Names))
        {
            Assert.Equal(!losses.Contains(metric), QualityMetrics.HigherIsBetter(metric));
        }

        Assert.Throws<ArgumentException>(() => QualityMetrics.HigherIsBetter("beauty"));
    }

    private static void AssertClose(string metric, double? expected, double? actual)
    {
        Assert.True(expected.HasValue == actual.HasValue, $"{metric}: expected {expected?.ToString() ?? "no value"}, got {actual?.ToString() ?? "no value"}");
        if (expected is { } value)
        {
            Assert.True(Math.Abs(value - actual!.Value) <= 1e-12 * Math.Max(1, Math.Abs(value)), $"{metric}: expected {value:R}, got {actual:R}");
        }
    }

    private sealed record QualityCase(string Name, LearningTask Task, int Width, double[] Truth, double[] Scores, Dictionary<string, double?> Metrics)
    {
        public ScoredRows Rows() => new(Task, Truth, Scores, Width);
    }
}
