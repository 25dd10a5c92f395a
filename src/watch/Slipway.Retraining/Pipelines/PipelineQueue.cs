using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Retraining.Projects;

namespace Slipway.Retraining.Pipelines;

/// <inheritdoc cref="IPipelines"/>
internal sealed partial class PipelineQueue(
    Pipeline pipeline, PipelineStore store, IProjects projects, RetrainingOptions options, TimeProvider time, ILogger<PipelineQueue> logger)
    : BackgroundService, IPipelines
{
    /// <summary>Why a run ended that did not reach its end.</summary>
    public const string Interrupted = "The server was stopped while this ran. Nothing half-finished was kept; run it again.";

    private readonly Channel<ActiveRun> _waiting = Channel.CreateBounded<ActiveRun>(options.QueueLength);
    private readonly ConcurrentDictionary<string, ActiveRun> _byModel = new();

    public async Task<PipelineRun> StartAsync(PipelineRequest request, Actor actor, CancellationToken cancellationToken)
    {
        var config = ProjectFile.Parse(request.Yaml, request.File);
        config.ThrowIfNotAvailable();
        request = request with { Folder = options.CheckFolder(request.Folder) };
        var run = new PipelineRun
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            Model = config.Model,
            Goal = request.Goal,
            State = PipelineState.Waiting,
            Stages = pipeline.Waiting,
            StartedAt = time.GetUtcNow(),
            StartedBy = actor.Name,
        };
        var active = new ActiveRun(run, config, request, actor);
        if (!_byModel.TryAdd(run.Model, active))
        {
            throw new SlipwayException(ErrorKind.Conflict, $"A run for {run.Model} is under way. Wait until it has ended, then try again.");
        }

        try
        {
            await projects.SaveAsync(run.Model, request.Yaml, request.Folder, actor, cancellationToken);
            await store.SaveAsync(run, new PipelineStarted(run.Id, run.Model, run.Goal, actor), cancellationToken);
            if (!_waiting.Writer.TryWrite(active))
            {
                var full = new SlipwayException(ErrorKind.Unavailable, $"{options.QueueLength} runs are waiting already. Try again when some have ended.");
                await EndAsync(run, full.Message, full.Kind);
                throw full;
            }

            return run;
        }
        catch
        {
            _byModel.TryRemove(run.Model, out _);
            throw;
        }
    }

    public async Task<PipelineRun?> FindAsync(string id, CancellationToken cancellationToken) =>
        FindActive(id)?.Run ?? await store.FindAsync(id, cancellationToken);

    public async IAsyncEnumerable<PipelineRun> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var active = FindActive(id);
        while (active is not null)
        {
            var (run, changed) = active.Read();
            yield return run;
            if (run.EndedAt is not null)
            {
                yield break;
            }

            await changed.WaitAsync(cancellationToken);
        }

        if (await store.FindAsync(id, cancellationToken) is { } ended)
        {
            yield return ended;
        }
    }

    public async Task<IReadOnlyList<PipelineRun>> ListAsync(string model, int limit, CancellationToken cancellationToken)
    {
        var stored = await store.ListAsync(model, limit, cancellationToken);
        return _byModel.TryGetValue(model, out var active) ? [.. stored.Select(run => run.Id == active.Run.Id ? active.Run : run)] : stored;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await EndInterruptedAsync(stoppingToken);
        await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => WorkAsync(stoppingToken)));
    }

    private ActiveRun? FindActive(string id) => _byModel.Values.FirstOrDefault(active => active.Run.Id == id);

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        await foreach (var active in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            var ended = await RunAsync(active, stoppingToken);

            // The model is free before anybody hears of the end: who waited for it may begin the next run at once.
            _byModel.TryRemove(ended.Model, out _);
            active.Update(ended);
        }
    }

    private async Task<PipelineRun> RunAsync(ActiveRun active, CancellationToken stoppingToken)
    {
        try
        {
            return await pipeline.RunAsync(active, stoppingToken);
        }
        catch (Exception exception)
        {
            // One run whose end cannot be saved must not end the worker.
            LogLost(logger, active.Run.Id, exception);
            return active.Run with
            {
                State = PipelineState.Failed,
                Error = "How the run ended could not be saved; the server's log has the details.",
                ErrorKind = ErrorKind.Unavailable,
                EndedAt = time.GetUtcNow(),
            };
        }
    }

    private async Task EndInterruptedAsync(CancellationToken cancellationToken)
    {
        foreach (var run in await store.ListUnfinishedAsync(cancellationToken))
        {
            // Runs that began while this was reading are under way, not left behind.
            if (FindActive(run.Id) is null)
            {
                await EndAsync(run, Interrupted, ErrorKind.Unavailable);
            }
        }
    }

    private Task EndAsync(PipelineRun run, string error, ErrorKind kind)
    {
        var stages = run.Stages.Select(stage => stage.State == PipelineState.Running ? stage with { State = PipelineState.Failed, Sentence = error } : stage).ToArray();
        var ended = run with { State = PipelineState.Failed, Error = error, ErrorKind = kind, EndedAt = time.GetUtcNow(), Stages = stages };
        return store.SaveAsync(ended, new PipelineEnded(run.Id, run.Model, ended.State, error, stages, Actor.Policy), CancellationToken.None);
    }

    [LoggerMessage(LogLevel.Error, "The end of pipeline run {Id} could not be saved")]
    private static partial void LogLost(ILogger logger, string id, Exception exception);
}
