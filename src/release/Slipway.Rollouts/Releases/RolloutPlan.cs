using Slipway.Core.Projects;

namespace Slipway.Rollouts.Releases;

/// <summary>How a rollout goes about it. Fixed when it starts: a file that is changed meanwhile changes the next rollout.</summary>
public sealed record RolloutPlan
{
    /// <summary><c>immediate</c>, <c>blue-green</c> or <c>canary</c>.</summary>
    public required string Strategy { get; init; }

    /// <summary>The canary's steps; the step to 100 % follows the last by itself.</summary>
    public IReadOnlyList<CanaryStep> Steps { get; init; } = [];

    /// <summary><c>no-harm</c> or <c>safe</c>: what a step below 100 % needs to pass.</summary>
    public string Advance { get; init; } = "no-harm";

    /// <summary>The probability of a wrong verdict of either kind.</summary>
    public double Alpha { get; init; } = 0.05;

    /// <summary>What the candidate must not make worse.</summary>
    public IReadOnlyList<Guardrail> Guardrails { get; init; } = [];

    /// <summary>Inputs or request segments whose values are judged apart.</summary>
    public IReadOnlyList<string> Segments { get; init; } = [];

    /// <summary><c>hold</c>, <c>extend</c> or <c>rollback</c>.</summary>
    public string Inconclusive { get; init; } = "hold";

    /// <summary>The time between two looks at the evidence, in event time: a thirtieth of the shortest step, at least a second and at most a day.</summary>
    public TimeSpan LookEvery => Steps.Count == 0
        ? TimeSpan.FromDays(1)
        : TimeSpan.FromTicks(Math.Clamp(Steps.Min(s => s.For.Ticks) / 30, TimeSpan.TicksPerSecond, TimeSpan.TicksPerDay));

    // As for a project that asks for a canary without steps: small enough that a gross mistake hurts few, large enough at the end that safety can be proven.
    private static IReadOnlyList<CanaryStep> UsualSteps { get; } = [new(0.05, TimeSpan.FromDays(1)), new(0.25, TimeSpan.FromDays(1)), new(0.5, TimeSpan.FromDays(2))];

    /// <summary>The plan of a project's <c>deploy</c> section, with another strategy where one is given.</summary>
    public static RolloutPlan Of(DeploySection deploy, string? strategy = null) => new RolloutPlan
    {
        Strategy = deploy.Strategy,
        Steps = deploy.Steps,
        Advance = deploy.Advance,
        Alpha = deploy.Alpha,
        Guardrails = deploy.Guardrails,
        Segments = deploy.Segments,
        Inconclusive = deploy.Inconclusive,
    }.By(strategy ?? deploy.Strategy);

    /// <summary>The same by another strategy. A canary without steps takes 5 %, 25 % (a day each) and 50 % (two days).</summary>
    public RolloutPlan By(string strategy) => this with { Strategy = strategy, Steps = strategy == PlanCheck.Canary && Steps.Count == 0 ? UsualSteps : Steps };
}
