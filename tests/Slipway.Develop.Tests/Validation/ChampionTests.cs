using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Statistics;
using Slipway.Validation;

namespace Slipway.Develop.Tests.Validation;

/// <summary>A candidate against the version that is live, on the same rows.</summary>
public sealed class ChampionTests
{
    private readonly IValidator _validator = new ServiceCollection().AddValidation().BuildServiceProvider().GetRequiredService<IValidator>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1.0, 0.05, Verdict.Pass)]
    [InlineData(0.9, 0.02, Verdict.Pass)]
    [InlineData(1.3, 0.02, Verdict.Fail)]
    [InlineData(1.02, 0.02, Verdict.Inconclusive)]
    public async Task It_passes_or_fails_only_when_the_whole_interval_agrees(double error, double margin, Verdict verdict)
    {
        var gate = await JudgeAsync("rmse", new Margin(margin, Relative: true), error);

        Assert.Equal(("champion.rmse", verdict), (gate.Gate, gate.Verdict));
        Assert.InRange(gate.Value!.Value, gate.Low!.Value, gate.High!.Value);
    }

    [Fact]
    public async Task The_sentence_has_both_values_the_interval_and_the_margin()
    {
        var gate = await JudgeAsync("rmse", new Margin(0.02, Relative: true), 1.3);

        Assert.Matches(
            @"^rmse is \d+\.\d+ and that of bikes@1\.0\.0, which is live, \d+\.\d+: worse by \d\.\d+ \(95 % interval \d\.\d+ to \d\.\d+, 800 held-out rows, paired\), with 0\.\d+ allowed: it is worse by more than 2%\.$",
            gate.Sentence);
        Assert.StartsWith("<= 0.", gate.Limit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_more_is_better_less_is_worse()
    {
        // Errors of ±10 on a truth that spreads over 800: r2 is near 1 and falls with the candidate's larger errors.
        var gate = await JudgeAsync("r2", new Margin(0.00001, Relative: false), 1.3);

        Assert.Equal(Verdict.Fail, gate.Verdict);
        Assert.True(gate.Value > 0);
        Assert.Equal("<= 1E-05", gate.Limit);
    }

    [Fact]
    public async Task Pairing_tells_apart_what_two_single_intervals_could_not()
    {
        // 3 % worse on every row: far less than the noise of either value, but the same on every sample.
        var gate = await JudgeAsync("rmse", new Margin(0.02, Relative: true), 1.03, sameErrors: true);

        Assert.Equal(Verdict.Fail, gate.Verdict);
    }

    [Fact]
    public async Task Rows_in_time_order_are_drawn_in_blocks()
    {
        var single = await JudgeAsync("rmse", new Margin(0.02, Relative: true), 1.0);
        var blocks = await JudgeAsync("rmse", new Margin(0.02, Relative: true), 1.0, timeOrdered: true);

        Assert.Equal(single.Value, blocks.Value);
        Assert.NotEqual(single.High, blocks.High);
    }

    [Fact]
    public async Task Without_a_live_version_the_gate_is_left_out()
    {
        var report = await _validator.ValidateAsync(Job("rmse", new Margin(0.02, true), 1.0, champion: null), Cancel);

        Assert.Empty(report.Gates);
        Assert.Equal(Verdict.Pass, report.Verdict);
    }

    [Fact]
    public async Task A_live_version_that_takes_a_column_that_is_gone_makes_it_inconclusive_and_says_what_to_do()
    {
        var report = await _validator.ValidateAsync(Job("rmse", new Margin(0.02, true), 1.0, ColumnModel.Of(["wind"])), Cancel);

        var gate = Assert.Single(report.Gates);
        Assert.Equal(Verdict.Inconclusive, gate.Verdict);
        Assert.Contains("'wind'", gate.Sentence, StringComparison.Ordinal);
        Assert.Contains("leave validate.champion out", gate.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_metric_that_the_task_does_not_have_is_refused()
    {
        var error = await Assert.ThrowsAsync<SlipwayException>(() => _validator.ValidateAsync(Job("auc", new Margin(0.02, true), 1.0, ColumnModel.Of(["x"])), Cancel));

        Assert.Equal("A regression model has no metric 'auc'. It has rmse, mae, mape, r2.", error.Message);
    }

    private async Task<GateResult> JudgeAsync(string metric, Margin margin, double error, bool sameErrors = false, bool timeOrdered = false)
    {
        var job = Job(metric, margin, error, ColumnModel.Of(["live"]), sameErrors) with { TimeOrdered = timeOrdered };
        return Assert.Single((await _validator.ValidateAsync(job, Cancel)).Gates);
    }

    // The live version's errors are uniform with a root mean square of 10, the candidate's that times `error`.
    private static ValidationJob Job(string metric, Margin margin, double error, IModel? champion, bool sameErrors = false)
    {
        const int Rows = 800;
        var random = new SeededRandom(3);
        double[] truth = [.. Enumerable.Range(0, Rows).Select(i => 100.0 + i)];
        double[] live = [.. truth.Select(_ => (random.NextDouble() - 0.5) * 10 * Math.Sqrt(12))];
        double[] ours = [.. live.Select(own => error * (sameErrors ? own : (0.9 * own) + (Math.Sqrt(1 - 0.81) * (random.NextDouble() - 0.5) * 10 * Math.Sqrt(12))))];
        Column[] columns =
        [
            new NumberColumn("x", [.. truth.Zip(ours, (t, e) => t + e)]),
            new NumberColumn("live", [.. truth.Zip(live, (t, e) => t + e)]),
            new NumberColumn("y", truth),
        ];
        return new ValidationJob(new ValidateSection([], new ChampionGate(metric, margin)), "regression", "y", TimeOrdered: false, ColumnModel.Of(["x"]), new Table(columns, Rows))
        {
            Champion = champion is null ? null : new Champion("bikes@1.0.0", _ => Task.FromResult(champion)),
        };
    }
}
