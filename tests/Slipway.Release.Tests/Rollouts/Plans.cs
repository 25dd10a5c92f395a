using Slipway.Core.Names;
using Slipway.Core.Projects;
using Slipway.Rollouts.Releases;

namespace Slipway.Release.Tests.Rollouts;

/// <summary>Plans that tests start from.</summary>
internal static class Plans
{
    public static RolloutPlan Immediate { get; } = new() { Strategy = "immediate" };

    public static RolloutPlan BlueGreen { get; } = new() { Strategy = "blue-green" };

    /// <summary>25 % and 50 % for 30 minutes each, so that there is a look a minute.</summary>
    public static RolloutPlan Canary { get; } = new()
    {
        Strategy = "canary",
        Steps = [new CanaryStep(0.25, TimeSpan.FromMinutes(30)), new CanaryStep(0.5, TimeSpan.FromMinutes(30))],
        Guardrails = [new Guardrail("error_rate", new Margin(0.1, false), 0, 1)],
        Segments = ["device"],
    };

    /// <summary>A canary in its first step, before any evidence.</summary>
    public static RolloutState Running(RolloutPlan? plan = null) => new()
    {
        Id = "0199",
        Deployment = "bikes",
        Stable = VersionReference.Parse("churn@1.0.0"),
        Candidate = VersionReference.Parse("churn@1.0.1"),
        Plan = plan ?? Canary,
        Weight = 0.25,
        Evidence = EvidenceFold.Start(plan ?? Canary),
        StartedAt = Slots.Start,
        StartedBy = "alice",
    };
}
