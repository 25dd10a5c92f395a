using Slipway.Core.Projects;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

public sealed class RolloutDecisionTests
{
    [Fact]
    public void The_first_evidence_begins_the_step_and_little_of_it_decides_nothing()
    {
        var verdict = RolloutDecision.Decide(Plans.Running(), Slots.At(7, Slots.Errors(0.25, (0, 5), (0, 15))));

        Assert.Equal((RolloutAction.Wait, Slots.End(6)), (verdict.Action, verdict.StepStartedAt));
        Assert.Equal((5, 15), (verdict.Evidence[0].Comparison.Candidate.Count, verdict.Evidence[0].Comparison.Stable.Count));
        Assert.Equal(
            "Step 1 of 2 (25%): no harm is proven so far, and only 5 units of the candidate and 15 of the stable version were counted for error_rate, where 30 each are the least.", verdict.Sentence);
    }

    [Fact]
    public void Proven_harm_takes_the_candidate_back_and_is_named()
    {
        var verdict = Fold(Plans.Running(), Slots.At(1, Slots.Errors(0.25, (1, 99), (3, 297))), Slots.At(2, Slots.Errors(0.25, (90, 10), (3, 297))));

        Assert.Equal((RolloutAction.Rollback, "error_rate", ""), (verdict.Action, verdict.Cause?.Metric, verdict.Cause?.Segment));
        Assert.Matches(
            @"^error_rate is worse: 45\.5% against 1% over 200 and 600 units, which is more than the margin of 10 pp \(log evidence [\d.]+ of 3\.7\)\. churn@1\.0\.1 is taken back\.$", verdict.Sentence);
    }

    [Fact]
    public void Where_a_segment_and_all_requests_prove_harm_at_one_look_the_segment_is_named()
    {
        var harmful = Slots.At(
            2, Slots.Errors(0.25, (90, 110), (3, 597)), Slots.Errors(0.25, (90, 10), (1, 299), "device=mobile"), Slots.Errors(0.25, (0, 100), (2, 298), "device=desk"));

        var verdict = Fold(Plans.Running(), Slots.At(1, Slots.Errors(0.25, (1, 199), (3, 597)), Slots.Errors(0.25, (1, 99), (3, 297), "device=mobile")), harmful);

        Assert.All(verdict.Evidence.Where(e => e.Segment is "" or "device=mobile"), e => Assert.True(e.Comparison.LogHarm >= e.HarmLimit));
        Assert.Equal((RolloutAction.Rollback, "device=mobile"), (verdict.Action, verdict.Cause?.Segment));
        Assert.Contains("worse where device=mobile", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Harm_in_one_segment_is_enough_although_all_requests_hide_it()
    {
        var verdict = Fold(
            Plans.Running(),
            Slots.At(1, Slots.Errors(0.25, (10, 990), (30, 2970)), Slots.Errors(0.25, (1, 99), (3, 297), "device=mobile")),
            Slots.At(2, Slots.Errors(0.25, (90, 2910), (90, 8910)), Slots.Errors(0.25, (90, 10), (3, 297), "device=mobile")));

        Assert.True(verdict.Evidence[0].Comparison.LogHarm < verdict.Evidence[0].HarmLimit);
        Assert.Equal((RolloutAction.Rollback, "device=mobile"), (verdict.Action, verdict.Cause?.Segment));
    }

    [Fact]
    public void Proven_safety_passes_a_step_early_and_the_last_one_promotes()
    {
        var first = Fold(Plans.Running(), Good(1, 0.25), Good(2, 0.25));
        var last = Fold(Plans.Running() with { Step = 1, Weight = 0.5 }, Good(1, 0.5), Good(2, 0.5));

        Assert.Equal((RolloutAction.Advance, RolloutAction.Promote), (first.Action, last.Action));
        Assert.EndsWith("50% of requests from now on.", first.Sentence, StringComparison.Ordinal);
        Assert.EndsWith("churn@1.0.1 answers everybody.", last.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("open", 2, RolloutAction.Wait)]
    [InlineData("open", 30, RolloutAction.Advance)]
    [InlineData("safe", 2, RolloutAction.Advance)]
    internal void A_segment_that_is_not_proven_safe_keeps_a_step_for_its_whole_time(string segment, int minute, RolloutAction action)
    {
        var mobile = segment == "safe" ? Good(1, 0.25).Counts[0] with { Segment = "device=mobile" } : Slots.Errors(0.25, (2, 8), (1, 29), "device=mobile");

        var verdict = Fold(Plans.Running(), Slots.At(1, Good(1, 0.25).Counts[0], mobile), Slots.At(minute, Good(minute, 0.25).Counts[0], mobile));

        Assert.Equal(action, verdict.Action);
        Assert.Equal(action == RolloutAction.Wait, verdict.Sentence.Contains("safety is proven over all requests, but on error_rate where device=mobile not yet: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Evidence_of_former_steps_counts_but_a_step_takes_a_look_of_its_own()
    {
        var proven = Fold(Plans.Running(), Good(1, 0.25), Good(2, 0.25));
        var next = Plans.Running() with { Step = 1, Weight = 0.5, Evidence = proven.Evidence, LookedTo = Slots.End(2) };

        Assert.Null(RolloutDecision.NextDeadline(next));
        Assert.Equal(RolloutAction.Promote, RolloutDecision.Decide(next, Slots.At(9, Slots.Errors(0.5, (0, 1), (0, 1)))).Action);
    }

    [Fact]
    public void Every_guardrail_has_to_be_safe()
    {
        var two = Plans.Canary with { Guardrails = [.. Plans.Canary.Guardrails, new Guardrail("accuracy", new Margin(0.1, false), 0, 1)] };

        var verdict = Fold(Plans.Running(two), Good(1, 0.25), Good(2, 0.25));

        Assert.Equal(RolloutAction.Wait, verdict.Action);
        Assert.Contains("only 0 units of the candidate and 0 of the stable version were counted for accuracy", verdict.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_passes_at_its_end_when_no_harm_is_proven_after_enough_units()
    {
        var enough = Fold(Plans.Running(), Slots.At(1, Slots.Errors(0.25, (3, 27), (3, 27))), Slots.At(30));
        var early = Fold(Plans.Running(), Slots.At(1, Slots.Errors(0.25, (3, 27), (3, 27))), Slots.At(29, Slots.Errors(0.25, (0, 1), (0, 1))));
        var tooFew = Fold(Plans.Running(), Slots.At(1, Slots.Errors(0.25, (3, 26), (3, 97))), Slots.At(30));

        Assert.Equal((RolloutAction.Advance, RolloutAction.Wait, RolloutAction.Hold), (enough.Action, early.Action, tooFew.Action));
        Assert.StartsWith("No harm is proven after 30 m: error_rate 10% against 10% over 30 and 30 units.", enough.Sentence, StringComparison.Ordinal);
        Assert.Contains("only 29 units of the candidate", tooFew.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hold", RolloutAction.Hold)]
    [InlineData("extend", RolloutAction.Extend)]
    [InlineData("rollback", RolloutAction.Rollback)]
    internal void A_step_that_needs_safety_and_does_not_get_it_ends_as_the_plan_says(string inconclusive, RolloutAction action)
    {
        var careful = Plans.Running(Plans.Canary with { Advance = "safe", Inconclusive = inconclusive });
        var last = Plans.Running(Plans.Canary with { Inconclusive = inconclusive }) with { Step = 1, Weight = 0.5 };

        Assert.Equal(action, Fold(careful, Slots.At(1, Slots.Errors(0.25, (3, 27), (3, 27))), Slots.At(30)).Action);
        Assert.Equal(action, Fold(last, Slots.At(1, Slots.Errors(0.5, (3, 27), (3, 27))), Slots.At(30)).Action);
    }

    [Fact]
    public void What_is_held_stays_held_when_safety_is_proven_and_goes_when_harm_is()
    {
        var held = Plans.Running() with { Status = RolloutStatus.Held };

        var safe = Fold(held, Good(1, 0.25), Good(2, 0.25));
        var harmful = Fold(held, Slots.At(1, Slots.Errors(0.25, (1, 99), (3, 297))), Slots.At(2, Slots.Errors(0.25, (90, 10), (3, 297))));

        Assert.Equal((RolloutAction.Wait, RolloutAction.Rollback), (safe.Action, harmful.Action));
        Assert.Equal("Held at 25%. Safety has been proven since: `slipway rollout promote bikes` finishes it.", safe.Sentence);
        Assert.Null(RolloutDecision.NextDeadline(held with { StepStartedAt = Slots.Start }));
    }

    [Fact]
    public void The_end_of_a_step_is_the_end_of_a_slot()
    {
        var plan = Plans.Canary with { Steps = [new CanaryStep(0.1, TimeSpan.FromMinutes(30)), new CanaryStep(0.2, TimeSpan.FromSeconds(2710))] };
        var second = Plans.Running(plan) with { Step = 1, StepStartedAt = Slots.Start };

        Assert.Equal(Slots.End(30), RolloutDecision.NextDeadline(second with { Step = 0 }));
        Assert.Equal(Slots.End(46), RolloutDecision.NextDeadline(second));
        Assert.Null(RolloutDecision.NextDeadline(second with { StepStartedAt = null }));
    }

    [Fact]
    public void What_says_nothing_is_not_looked_at()
    {
        EvidenceCounts[] counts =
        [
            Slots.Errors(0.25, (0, 1), (0, 1)),
            Slots.Errors(0.25, (0, 1), (0, 1), "device=mobile"),
            Slots.Errors(0.25, (0, 1), (0, 1), "country=de"),
            Slots.Errors(0, (0, 0), (0, 1)),
            Slots.Errors(1, (0, 1), (0, 0)),
            Slots.Errors(0.25, (0, 1), (0, 1), metric: "latency_p95"),
        ];

        Assert.Equal(counts[..2], EvidenceFold.Relevant(Plans.Canary, counts));
    }

    private static EvidenceSlot Good(int minute, double weight) => Slots.At(minute, Slots.Errors(weight, (1, 199), (1, 199)));

    private static RolloutVerdict Fold(RolloutState rollout, params EvidenceSlot[] slots)
    {
        RolloutVerdict? verdict = null;
        foreach (var slot in slots)
        {
            verdict = RolloutDecision.Decide(rollout, slot);
            rollout = rollout with { Evidence = verdict.Evidence, StepStartedAt = verdict.StepStartedAt, LookedTo = slot.End };
        }

        return verdict!;
    }
}
