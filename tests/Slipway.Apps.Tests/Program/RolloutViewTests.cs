using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Output;
using Slipway.Rollouts.Releases;
using Slipway.Statistics.Sequential;
using Spectre.Console;

namespace Slipway.Apps.Tests.Program;

public sealed class RolloutViewTests
{
    private static readonly DateTimeOffset At = new(2011, 6, 1, 8, 30, 0, TimeSpan.Zero);

    [Fact]
    public void A_rollout_is_told_with_its_step_its_share_and_its_time()
    {
        Assert.Equal(
            [
                "bikes: bike-demand@1.1.0 after bike-demand@1.0.0, running",
                "step 1 of 2, 12.5% of requests, since 2011-06-01 08:00",
                "12 looks, the last at 2011-06-01 08:30 (event time, UTC)",
                "Nothing is proven yet.",
            ],
            RolloutView.Head(Rollout(1, 3)));
        Assert.Equal("2011-06-01 08:30  12.5%  running      Nothing is proven yet.", RolloutView.Line(Rollout(1, 3)));
        Assert.Contains("step 1 of 2, 12.5% of requests, waits for its first evidence", RolloutView.Head(Rollout(1, 3) with { StepStartedAt = null }));
        Assert.DoesNotContain(RolloutView.Head(Rollout(1, 3) with { EndedAt = At }), line => line.StartsWith("step", StringComparison.Ordinal));
    }

    [Fact]
    public void Evidence_is_shown_in_the_metrics_own_terms_against_what_proves_it()
    {
        var lines = Render(Rollout(100, 12));

        var error = lines.Single(line => line.Contains("absolute_error", StringComparison.Ordinal));
        Assert.Matches(@"absolute_error\s+400/1,200\s+62\.5\s+0\s+-?[\d.]+/4\.4\s+-?[\d.]+/3\.0", error);
        Assert.Matches(@"  workingday=0\s+400/1,200\s+62\.5\s+0\s+-?[\d.]+/5\.1\s+-?[\d.]+/3\.0", lines.Single(line => line.Contains("workingday=0", StringComparison.Ordinal)));
        Assert.Matches(@"accuracy\s+0/0\s+-\s+-\s+0\.0/4\.4\s+0\.0/3\.0", lines.Single(line => line.Contains("accuracy", StringComparison.Ordinal)));
        Assert.Equal(10, lines.Count(line => line.Contains("workingday", StringComparison.Ordinal)));
    }

    [Fact]
    public void No_line_is_wider_than_80_columns_even_after_years()
    {
        Assert.All(Render(Rollout(200_000_000, 12)), line => Assert.InRange(line.Length, 0, 80));
    }

    private static string[] Render(RolloutState rollout)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(writer) });
        console.Profile.Width = 80;
        console.Write(RolloutView.Evidence(rollout));
        return [.. writer.ToString().Split('\n').Select(line => line.TrimEnd())];
    }

    private static RolloutState Rollout(long units, int segments)
    {
        var error = LossComparison.Start(new LossMargin(0.04, false))
            .Look([new LossCounts(0.125, new Dictionary<int, long> { [0] = 3 * units, [128] = units }, new Dictionary<int, long> { [0] = 12 * units })]);
        return new RolloutState
        {
            Id = "0199",
            Deployment = "bikes",
            Stable = VersionReference.Parse("bike-demand@1.0.0"),
            Candidate = VersionReference.Parse("bike-demand@1.1.0"),
            Plan = new RolloutPlan
            {
                Strategy = "canary",
                Steps = [new CanaryStep(0.125, TimeSpan.FromDays(30)), new CanaryStep(0.5, TimeSpan.FromDays(30))],
                Guardrails = [new Guardrail("absolute_error", new Margin(0.04, false), 0, 500), new Guardrail("accuracy", new Margin(0.04, false), 0, 1)],
            },
            Weight = 0.125,
            StepStartedAt = At.AddMinutes(-30),
            Looks = 12,
            LookedTo = At,
            Evidence =
            [
                new GuardrailEvidence("absolute_error", "", 4.38, 3, error),
                .. Enumerable.Range(0, segments).Select(i => new GuardrailEvidence("absolute_error", $"workingday={i}", 5.07 + i, 3, error)),
                new GuardrailEvidence("accuracy", "", 4.38, 3, LossComparison.Start(new LossMargin(0.04, false))),
            ],
            Sentence = "Nothing is proven yet.",
            StartedAt = At,
            StartedBy = "alice",
        };
    }
}
