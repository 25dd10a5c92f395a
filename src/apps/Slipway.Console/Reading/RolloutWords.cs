using Slipway.Console.Components.Parts;
using Slipway.Core.Projects;
using Slipway.Core.Units;
using Slipway.Rollouts.Releases;

namespace Slipway.Console.Reading;

/// <summary>How the console tells a rollout.</summary>
internal static class RolloutWords
{
    /// <summary>A rollout in a word or two: "running at 25%", "promoted".</summary>
    public static string Of(RolloutState rollout) => rollout.Status switch
    {
        RolloutStatus.Running => $"running at {Percent.Format(rollout.Weight)}",
        RolloutStatus.Held => $"held at {Percent.Format(rollout.Weight)}",
        RolloutStatus.Promoted => "promoted",
        _ => "rolled back",
    };

    /// <summary>The status alone, for a mark.</summary>
    public static string Of(RolloutStatus status) => status == RolloutStatus.RolledBack ? "Rolled back" : status.ToString();

    /// <summary>Its colour and sign.</summary>
    public static StageState Mark(RolloutStatus status) => status switch
    {
        RolloutStatus.Running => StageState.Running,
        RolloutStatus.Held => StageState.Unsure,
        RolloutStatus.Promoted => StageState.Done,
        _ => StageState.Failed,
    };

    /// <summary>A mean loss (0…1) as the metric that people know: a share for <c>accuracy</c> and <c>error_rate</c>, else a number in the guardrail's range.</summary>
    public static string Mean(Guardrail? guardrail, double? loss) => (guardrail, loss) switch
    {
        (_, null) => "–",
        (null, { } y) => Say.Number(y),
        ({ } g, { } y) => MetricText.Value(g, y),
    };

    /// <summary>Where evidence is from: "all requests", "workingday=1".</summary>
    public static string Where(string segment) => segment.Length == 0 ? "all requests" : segment;
}
