using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Statistics;
using Slipway.Validation;

namespace Slipway.Develop.Tests.Validation;

public sealed class ValidatorTests
{
    private readonly IValidator _validator = new ServiceCollection().AddValidation().BuildServiceProvider().GetRequiredService<IValidator>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("<=", 12, Verdict.Pass)]
    [InlineData("<=", 10, Verdict.Inconclusive)]
    [InlineData("<=", 8, Verdict.Fail)]
    [InlineData("<", 12, Verdict.Pass)]
    [InlineData("<", 8, Verdict.Fail)]
    [InlineData(">=", 8, Verdict.Pass)]
    [InlineData(">=", 10, Verdict.Inconclusive)]
    [InlineData(">", 12, Verdict.Fail)]
    public async Task A_gate_passes_or_fails_only_when_the_whole_interval_agrees(string comparison, double limit, Verdict verdict)
    {
        var report = await _validator.ValidateAsync(Regression(500, error: 10, new MetricLimit("rmse", comparison, limit, $"{comparison} {limit}")), Cancel);

        var gate = Assert.Single(report.Gates);
        Assert.Equal(("performance.rmse", verdict, 500), (gate.Gate, gate.Verdict, gate.Rows));
        Assert.Equal(verdict, report.Verdict);
        Assert.InRange(gate.Value!.Value, gate.Low!.Value, gate.High!.Value);
        Assert.InRange(gate.High.Value - gate.Low.Value, 0.5, 3);
    }

    [Fact]
    public async Task The_sentence_names_metric_value_interval_rows_and_limit()
    {
        var report = await _validator.ValidateAsync(Regression(1500, error: 10, new MetricLimit("rmse", "<=", 60, "<= 60"), new MetricLimit("r2", ">=", 0.9999, ">= 0.9999")), Cancel);

        Assert.Matches(@"^rmse is \d+\.\d+ \(95 % interval \d+\.\d+ to \d+\.\d+, 1,500 held-out rows\): <= 60 is kept\.$", report.Gates[0].Sentence);
        Assert.EndsWith(": >= 0.9999 is missed.", report.Gates[1].Sentence, StringComparison.Ordinal);
        Assert.Equal(Verdict.Fail, report.Verdict);
        Assert.Equal(["rmse", "mae", "mape", "r2"], report.Metrics.Keys);
    }

    [Fact]
    public async Task The_same_job_gives_the_same_report()
    {
        var job = Regression(300, error: 10, new MetricLimit("mae", "<=", 8, "<= 8"));

        var first = await _validator.ValidateAsync(job, Cancel);
        var second = await _validator.ValidateAsync(job, Cancel);

        Assert.Equal(first.Gates, second.Gates);
        Assert.Equal(first.Metrics, second.Metrics);
    }

    [Fact]
    public async Task Without_gates_the_metrics_are_computed_and_nothing_fails()
    {
        var report = await _validator.ValidateAsync(Regression(50, error: 1) with { Validate = null }, Cancel);

        Assert.Empty(report.Gates);
        Assert.Equal(Verdict.Pass, report.Verdict);
        Assert.Equal(4, report.Metrics.Count);
    }

    [Fact]
    public async Task Errors_that_last_widen_the_interval_of_rows_in_time_order()
    {
        var random = new SeededRandom(2);
        var truth = new double[4000];
        var score = new double[4000];
        double error = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            error = (0.95 * error) + random.NextDouble() - 0.5;
            truth[i] = i % 50;
            score[i] = truth[i] + error;
        }

        var job = Job("regression", truth, score, new MetricLimit("rmse", "<=", 1, "<= 1"));

        var independent = (await _validator.ValidateAsync(job, Cancel)).Gates[0];
        var ordered = (await _validator.ValidateAsync(job with { TimeOrdered = true }, Cancel)).Gates[0];

        Assert.True(ordered.High - ordered.Low > 1.8 * (independent.High - independent.Low));
    }

    [Fact]
    public async Task Twenty_right_answers_of_twenty_do_not_prove_95_percent()
    {
        double[] truth = [.. Enumerable.Range(0, 20).Select(i => i % 2.0)];

        var report = await _validator.ValidateAsync(
            Job("binary", truth, truth, new MetricLimit("accuracy", ">=", 0.95, ">= 95%"), new MetricLimit("recall", ">=", 0.9, ">= 90%")), Cancel);

        Assert.All(report.Gates, g => Assert.Equal((Verdict.Inconclusive, 1.0), (g.Verdict, g.Value!.Value)));

        // Wilson's lower end for 20 of 20 is 20/(20 + 1.96²), for 10 of 10 it is 10/(10 + 1.96²).
        Assert.Equal(0.8389, report.Gates[0].Low!.Value, 4);
        Assert.Equal(0.7225, report.Gates[1].Low!.Value, 4);
    }

    [Fact]
    public async Task A_metric_without_a_value_is_inconclusive_and_says_why()
    {
        var report = await _validator.ValidateAsync(Job("binary", [0, 1, 0, 1], [0.1, 0.2, 0.3, 0.1], new MetricLimit("precision", ">=", 0.5, ">= 0.5")), Cancel);

        var gate = Assert.Single(report.Gates);
        Assert.Equal((Verdict.Inconclusive, null, null), (gate.Verdict, gate.Value, gate.Low));
        Assert.Contains("a denominator is zero", gate.Sentence, StringComparison.Ordinal);
        Assert.DoesNotContain("precision", report.Metrics.Keys);
    }

    [Fact]
    public async Task One_row_is_too_few_for_an_interval()
    {
        var report = await _validator.ValidateAsync(Job("regression", [1], [1], new MetricLimit("mae", "<=", 5, "<= 5")), Cancel);

        Assert.Equal(Verdict.Inconclusive, report.Verdict);
        Assert.Contains("too few", report.Gates[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_that_the_task_does_not_have_is_refused_by_name()
    {
        var job = Regression(20, 1, new MetricLimit("auc", ">=", 0.9, ">= 0.9"), new MetricLimit("rmse", "<=", 9, "<= 9"), new MetricLimit("beauty", ">=", 1, ">= 1"));

        var error = await Assert.ThrowsAsync<SlipwayException>(() => _validator.ValidateAsync(job, Cancel));

        Assert.Equal(ErrorKind.InvalidInput, error.Kind);
        Assert.Equal(["A regression model has no metric 'auc'. It has rmse, mae, mape, r2.", "A regression model has no metric 'beauty'. It has rmse, mae, mape, r2."], error.Details);
    }

    [Fact]
    public async Task No_rows_and_an_unknown_task_are_refused()
    {
        var none = await Assert.ThrowsAsync<SlipwayException>(() => _validator.ValidateAsync(Job("regression", [], []), Cancel));
        var task = await Assert.ThrowsAsync<SlipwayException>(() => _validator.ValidateAsync(Job("ranking", [1], [1]), Cancel));

        Assert.Contains("no held-out rows", none.Message, StringComparison.Ordinal);
        Assert.Contains("'ranking' is no task", task.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelling_stops_the_resampling()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _validator.ValidateAsync(Regression(500, 1, new MetricLimit("rmse", "<=", 1, "<= 1")), cancel.Token));
    }

    [Theory]
    [InlineData(240, 1, 24)]
    [InlineData(1000, 24, 10)]
    [InlineData(30, 1, 3)]
    public void A_block_is_a_day_but_no_less_than_the_cube_root_and_no_more_than_half(int rows, int hours, int expected)
    {
        DateTime?[] times = [.. Enumerable.Range(0, rows).Select(i => (DateTime?)DateTime.UnixEpoch.AddHours(i * hours))];
        DateTime?[] unsorted = [.. times.Reverse()];

        Assert.Equal(expected, BlockLength.Of(new Table([new TimeColumn("at", times)], rows)));
        Assert.Equal((int)Math.Round(Math.Cbrt(rows)), BlockLength.Of(new Table([new TimeColumn("at", unsorted)], rows)));
    }

    private static ValidationJob Regression(int rows, double error, params MetricLimit[] limits)
    {
        var random = new SeededRandom(1);
        double[] truth = [.. Enumerable.Range(0, rows).Select(i => 100.0 + i)];

        // Uniform errors of that root mean square.
        return Job("regression", truth, [.. truth.Select(t => t + ((random.NextDouble() - 0.5) * error * Math.Sqrt(12)))], limits);
    }

    private static ValidationJob Job(string task, double[] truth, double[] score, params MetricLimit[] limits) => new(
        new ValidateSection(limits), task, "y", TimeOrdered: false, ColumnModel.Of(["x"]), new Table([new NumberColumn("x", score), new NumberColumn("y", truth)], truth.Length));
}
