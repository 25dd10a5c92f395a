using Slipway.Core.Errors;

namespace Slipway.Rollouts.Releases;

/// <summary>Refuses a plan that cannot be followed. A project's file has been checked already; a plan may also come from elsewhere.</summary>
internal static class PlanCheck
{
    public const string Immediate = "immediate";
    public const string BlueGreen = "blue-green";
    public const string Canary = "canary";

    /// <summary>Returns the plan; <see cref="ErrorKind.InvalidInput"/> says what is wrong with it.</summary>
    public static RolloutPlan Check(RolloutPlan plan) => Problem(plan) is { } problem ? throw new SlipwayException(ErrorKind.InvalidInput, problem) : plan;

    /// <summary>Returns the strategy; <see cref="ErrorKind.InvalidInput"/> unless it is one.</summary>
    public static string CheckStrategy(string strategy) => strategy is Immediate or BlueGreen or Canary
        ? strategy
        : throw new SlipwayException(ErrorKind.InvalidInput, $"'{strategy}' is not a strategy. Use {Immediate}, {BlueGreen} or {Canary}.");

    private static string? Problem(RolloutPlan plan)
    {
        if (CheckStrategy(plan.Strategy) != Canary)
        {
            return null;
        }

        if (plan.Steps.Count == 0 || plan.Guardrails.Count == 0)
        {
            return "A canary needs steps to go by and guardrails to be judged by. Give `deploy.guardrails` in the slipway.yaml of the deployment's project and apply it, or use the strategy blue-green.";
        }

        if (plan.Steps.Any(step => step.Weight is not (> 0 and < 1) || step.For <= TimeSpan.Zero) || plan.Steps.Zip(plan.Steps.Skip(1)).Any(pair => pair.First.Weight >= pair.Second.Weight))
        {
            return "A canary's steps take growing shares between 0 % and 100 %, each for some time.";
        }

        return plan.Alpha is not (> 0 and <= 0.5) ? "A canary's alpha, the probability of a wrong verdict, lies above 0 and is at most 0.5."
            : plan.Guardrails.DistinctBy(g => g.Metric).Count() < plan.Guardrails.Count ? "A canary has two guardrails on one metric. Keep one of them."
            : plan.Guardrails.Any(g => g.Low >= g.High) ? "A guardrail's range is empty: its lowest value comes first, a higher one second."
            : null;
    }
}
