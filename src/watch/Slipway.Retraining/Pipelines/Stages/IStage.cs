using System.Text.Json.Nodes;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines.Stages;

/// <summary>One stage of the pipeline. It finds what an earlier run made, does what is missing, and says which. Run twice with the same context, it leaves what once would have left.</summary>
internal interface IStage
{
    /// <summary>The stage's name in runs, files and tables.</summary>
    string Name { get; }

    Task<StageOutcome> RunAsync(PipelineContext context, IProgress<TrainingProgress> progress, CancellationToken cancellationToken);

    /// <summary>
    /// Puts into the context of an interrupted run what this stage left there before, when it had <paramref name="ended"/> well. False where it must run again, which is what stages that cost
    /// little and change nothing the second time do.
    /// </summary>
    Task<bool> TryRestoreAsync(PipelineContext context, PipelineStage ended, CancellationToken cancellationToken) => Task.FromResult(false);
}

/// <summary>How a stage ended.</summary>
/// <param name="State">Succeeded, failed (what was asked about failed; errors are thrown) or skipped.</param>
/// <param name="Sentence">What happened, for people.</param>
/// <param name="Facts">Figures, as documented at <see cref="PipelineStage"/>.</param>
internal sealed record StageOutcome(PipelineState State, string Sentence, JsonObject Facts)
{
    public static StageOutcome Succeeded(string sentence, JsonObject facts) => new(PipelineState.Succeeded, sentence, facts);

    public static StageOutcome Failed(string sentence, JsonObject facts) => new(PipelineState.Failed, sentence, facts);

    public static StageOutcome Skipped(string sentence) => new(PipelineState.Skipped, sentence, []);
}
