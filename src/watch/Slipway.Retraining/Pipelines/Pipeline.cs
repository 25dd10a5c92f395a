using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Retraining.Pipelines.Stages;
using Slipway.Storage;
using Slipway.Training;

namespace Slipway.Retraining.Pipelines;

/// <summary>
/// Runs the stages of one run in order, keeping its state after each. A run that the server's end interrupts is not ended: it is taken up again, and what its stages left is put back first.
/// </summary>
internal sealed partial class Pipeline(
    DataStage data,
    TrainStage train,
    ValidateStage validate,
    RegisterStage register,
    DeployStage deploy,
    PipelineStore store,
    RecipeStore recipes,
    DataFolder folder,
    RetrainingOptions options,
    TimeProvider time,
    ILogger<Pipeline> logger)
{
    private readonly IStage[] _stages = [data, train, validate, register, deploy];

    /// <summary>The stages of a run that has not begun.</summary>
    public IReadOnlyList<PipelineStage> Waiting =>
        [.. _stages.Select(stage => new PipelineStage(stage.Name, PipelineState.Waiting, 0, "", 0, 0, []))];

    /// <summary>
    /// Runs to the end and returns the ended run, good or bad, which is durable then; or, when it was cancelled because the server stops, the run as it stands. Telling those who watch is left
    /// to the caller.
    /// </summary>
    public async Task<PipelineRun> RunAsync(ActiveRun active, CancellationToken cancellationToken)
    {
        active.Update(active.Run with { State = PipelineState.Running });
        try
        {
            // Durable before it begins: a kill from here on is an interruption, and those are counted.
            await store.SaveAsync(active.Run, checkpoint: null, cancellationToken);

            // Triggers and runs that are taken up again come by here without having been asked for just now.
            options.CheckFolder(active.Request.Folder);
            using var context = new PipelineContext(active, folder.CreateWorkFolder("pipeline"));
            for (var i = await RestoreAsync(active, context, cancellationToken); i < _stages.Length; i++)
            {
                await RunStageAsync(active, i, context, cancellationToken);
                if (active.Run.Stages[i] is { State: PipelineState.Failed } failed)
                {
                    return await EndAsync(active, PipelineState.Failed, failed.Sentence, ErrorKind.Failed);
                }
            }

            return await EndAsync(active, PipelineState.Succeeded, error: null, kind: null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return active.Run;
        }
        catch (SlipwayException exception)
        {
            return await FailAsync(active, string.Join('\n', [exception.Message, .. exception.Details]), exception.Kind);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogFailed(logger, active.Run.Id, exception);
            return await FailAsync(active, $"A file could not be read or written: {exception.Message} Check the disk and the data folder, then run it again.", ErrorKind.Unavailable);
        }
        catch (Exception exception)
        {
            // The run is handed over here: whatever went wrong must end it, and is logged once.
            LogFailed(logger, active.Run.Id, exception);
            return await FailAsync(active, "Something went wrong inside Slipway; the server's log has the details.", ErrorKind.Failed);
        }
    }

    /// <summary>Puts back what the stages of an interrupted run left, and returns the first one that has to run.</summary>
    private async Task<int> RestoreAsync(ActiveRun active, PipelineContext context, CancellationToken cancellationToken)
    {
        var first = 0;
        while (first < _stages.Length
            && active.Run.Stages[first] is { State: PipelineState.Succeeded or PipelineState.Skipped } ended
            && await _stages[first].TryRestoreAsync(context, ended, cancellationToken))
        {
            first++;
        }

        active.Update(active.Run with
        {
            Stages = [.. active.Run.Stages.Select((stage, i) => i < first ? stage : new PipelineStage(stage.Name, PipelineState.Waiting, 0, "", 0, 0, []))],
        });
        return first;
    }

    private async Task RunStageAsync(ActiveRun active, int index, PipelineContext context, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var progress = new StageProgress(active, index);
        active.UpdateStage(index, stage => stage with { State = PipelineState.Running });
        try
        {
            var outcome = await _stages[index].RunAsync(context, progress, cancellationToken);

            // In one step: who watches shows a stage once, when it has ended.
            active.UpdateStage(index, stage => stage with { State = outcome.State, Sentence = outcome.Sentence, Facts = outcome.Facts, Seconds = Elapsed() });
        }
        catch
        {
            active.UpdateStage(index, stage => stage with { Seconds = Elapsed() });
            throw;
        }

        double Elapsed() => time.GetElapsedTime(begun).TotalSeconds;

        await store.SaveAsync(active.Run, _stages[index] is TrainStage ? context.Checkpoint : null, cancellationToken);
        if (_stages[index] is RegisterStage && context is { RecipeKey: { } key, Known: null, Version: { } version })
        {
            var known = new KnownFacts(active.Run.Stages[1].Facts, active.Run.Stages[2].Facts);
            await recipes.SaveAsync(version.Reference, key, known, cancellationToken);
        }
    }

    private Task<PipelineRun> FailAsync(ActiveRun active, string error, ErrorKind kind)
    {
        var failed = active.Run.Stages.ToList().FindIndex(stage => stage.State == PipelineState.Running);
        if (failed >= 0)
        {
            active.UpdateStage(failed, stage => stage with { State = PipelineState.Failed, Sentence = error });
        }

        return EndAsync(active, PipelineState.Failed, error, kind);
    }

    // Not cancelled with the run: how it ended must be known whatever ended it.
    private async Task<PipelineRun> EndAsync(ActiveRun active, PipelineState state, string? error, ErrorKind? kind)
    {
        var ended = active.Run with { State = state, Error = error, ErrorKind = kind, EndedAt = time.GetUtcNow() };
        await store.EndAsync(ended, PipelineEnded.Of(ended, active.Actor), CancellationToken.None);
        if (ended is { Trigger: not null, State: PipelineState.Failed })
        {
            LogRetrainingFailed(logger, ended.Model, error!);
        }

        return ended;
    }

    [LoggerMessage(LogLevel.Warning, "The retraining of {Model} ended without a new version, and what is live stays: {Reason}")]
    private static partial void LogRetrainingFailed(ILogger logger, string model, string reason);

    [LoggerMessage(LogLevel.Error, "Pipeline run {Id} failed")]
    private static partial void LogFailed(ILogger logger, string id, Exception exception);

    // Reports at once and in order, which Progress<T> does not.
    private sealed class StageProgress(ActiveRun active, int index) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) =>
            active.UpdateStage(index, stage => stage with { Sentence = value.Activity, Done = value.Done, Total = value.Total });
    }
}
