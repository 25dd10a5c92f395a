using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;

namespace Slipway.Retraining.Pipelines;

/// <summary>Takes up the runs that a stop or a kill of the former process left.</summary>
internal sealed partial class UnfinishedRuns(PipelineStore store, TimeProvider time, ILogger<UnfinishedRuns> logger)
{
    /// <summary>How often a run may be interrupted. A training that takes the memory of the whole process would otherwise end it for ever.</summary>
    public const int MostInterruptions = 3;

    /// <summary>The runs to go on with, oldest first, one a model. Those that cannot go on are ended, saying why.</summary>
    public async Task<IReadOnlyList<ActiveRun>> TakeUpAsync(CancellationToken cancellationToken)
    {
        var left = await store.ListUnfinishedAsync(cancellationToken);
        var taken = new List<ActiveRun>();
        foreach (var unfinished in left)
        {
            var overtaken = left.Last(other => other.Run.Model == unfinished.Run.Model).Run.Id != unfinished.Run.Id;
            if (await TakeUpAsync(unfinished, overtaken, cancellationToken) is { } active)
            {
                taken.Add(active);
            }
        }

        return taken;
    }

    private async Task<ActiveRun?> TakeUpAsync(UnfinishedRun left, bool overtaken, CancellationToken cancellationToken)
    {
        // A run that only waited was not interrupted.
        var interruptions = left.Run.Interruptions + (left.Run.State == PipelineState.Running ? 1 : 0);
        var at = left.Run.Stages.FirstOrDefault(stage => stage.State == PipelineState.Waiting)?.Name ?? left.Run.Stages[^1].Name;
        var run = left.Run with { State = PipelineState.Waiting, Interruptions = interruptions };
        if (left.Request is not { } request)
        {
            await FailAsync(run, "The server was stopped while this ran, and what it was to do was not kept. Run it again.", left.Actor, cancellationToken);
            return null;
        }

        if (overtaken)
        {
            await FailAsync(run, "The server was stopped while this ran, and a later run of the model takes its place.", left.Actor, cancellationToken);
            return null;
        }

        if (interruptions >= MostInterruptions)
        {
            await FailAsync(
                run,
                $"The server ended {interruptions} times while this ran, the last time in the stage {at}, so it is not taken up again. See in the server's log what ended it (a training that takes all memory?), then run it again.",
                left.Actor,
                cancellationToken);
            return null;
        }

        try
        {
            var config = ProjectFile.Parse(request.Yaml, request.File);
            config.ThrowIfNotAvailable();
            await store.SaveAsync(run, checkpoint: null, cancellationToken);
            LogTakenUp(logger, run.Id, run.Model, at);
            return new ActiveRun(run, config, request, left.Actor, left.Checkpoint);
        }
        catch (SlipwayException exception)
        {
            // Another version of this program may read files differently.
            await FailAsync(run, string.Join('\n', [exception.Message, .. exception.Details]), left.Actor, cancellationToken);
            return null;
        }
    }

    private Task FailAsync(PipelineRun run, string error, Actor actor, CancellationToken cancellationToken)
    {
        LogNotTakenUp(logger, run.Id, run.Model, error);
        var next = run.Stages.ToList().FindIndex(stage => stage.State is PipelineState.Waiting or PipelineState.Running);
        var stages = run.Stages.Select((stage, i) => i == next ? stage with { State = PipelineState.Failed, Sentence = error } : stage).ToArray();
        var ended = run with { State = PipelineState.Failed, Error = error, ErrorKind = ErrorKind.Unavailable, EndedAt = time.GetUtcNow(), Stages = stages };
        return store.EndAsync(ended, PipelineEnded.Of(ended, actor), cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Pipeline run {Id} of {Model} goes on at the stage {Stage}")]
    private static partial void LogTakenUp(ILogger logger, string id, string model, string stage);

    [LoggerMessage(LogLevel.Warning, "Pipeline run {Id} of {Model} does not go on: {Reason}")]
    private static partial void LogNotTakenUp(ILogger logger, string id, string model, string reason);
}
