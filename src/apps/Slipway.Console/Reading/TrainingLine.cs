using System.Text.Json.Nodes;
using Slipway.Console.Components.Parts;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts.Releases;

namespace Slipway.Console.Reading;

/// <summary>One run of the pipeline as a link of the loop: why it began, what it learned from, what came of it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Verdict">What its gates said: <c>pass</c>, <c>fail</c>, <c>inconclusive</c>; null when they were not asked.</param>
/// <param name="Version">The version that it registered, or null.</param>
/// <param name="Rollout">The rollout that followed, or null.</param>
public sealed record TrainingLine(PipelineRun Run, string? Verdict, string? Version, RolloutState? Rollout)
{
    /// <summary>Where it stands among the traffic: the time as of which it learned, or else when it began.</summary>
    public DateTimeOffset At => Run.AsOf ?? Run.StartedAt;

    /// <summary>Why it began: the trigger's sentence, or who asked for it.</summary>
    public string Reason => Run.Trigger ?? $"by {Run.StartedBy}";

    /// <summary>The run in a word or two: "failed: validate", "running: train".</summary>
    public string Outcome => Stages.Tell(Run).ToLowerInvariant();

    /// <summary>What became of it, for people.</summary>
    public string Followed => Run.State switch
    {
        PipelineState.Failed => Run.Error ?? "It failed.",
        PipelineState.Succeeded when Rollout is not null => $"Rollout {RolloutWords.Of(Rollout)}.",
        PipelineState.Succeeded => Run.Stages.FirstOrDefault(s => s.Name == "deploy") is { State: PipelineState.Succeeded, Sentence: { Length: > 0 } deployed } ? deployed : "Registered.",
        _ => Stages.Tell(Run) + ".",
    };

    /// <summary>All of it in a sentence.</summary>
    public string Sentence => $"Trained {(Run.Trigger is null ? Reason : $"because of {Reason}")}{(Run.AsOf is { } asOf ? $" on rows before {Say.Time(asOf)}" : "")}: "
        + $"{(Version is null ? "no version" : Version)}{(Verdict is null ? "" : $", gates {Verdict}")}. {Followed}";

    /// <summary>Reads runs, in their order, with the rollouts that they began.</summary>
    public static IReadOnlyList<TrainingLine> Tell(IReadOnlyList<PipelineRun> runs, IReadOnlyList<RolloutState> rollouts) =>
    [
        .. runs.Select(run =>
        {
            var rollout = Fact(run, "deploy", "rollout");
            return new TrainingLine(run, Fact(run, "validate", "verdict"), Fact(run, "register", "version") is { } version ? Say.Version(version) : null, rollouts.FirstOrDefault(r => r.Id == rollout || r.Origin == run.Id));
        }),
    ];

    private static string? Fact(PipelineRun run, string stage, string name) =>
        run.Stages.FirstOrDefault(s => s.Name == stage)?.Facts[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
