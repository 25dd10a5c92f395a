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
    : BackgroundService, IHostedLifecycleService, IPipelines
{
    /// <summary>Why a run ended that did not reach its end.</summary>
    public const string Interrupted = "The server was stopped while this ran. Nothing half-finished was kept; run it again.";

    private readonly Channel<ActiveRun> _waiting = Channel.CreateBounded<ActiveRun>(MostActive(options));
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
            // Asked before anything is kept: a run that is refused leaves no trace.
            if (_byModel.Count > MostActive(options))
            {
                throw new SlipwayException(ErrorKind.Unavailable, $"{options.QueueLength} runs are waiting already. Try again when some have ended.");
            }

            // Not cancelled with the caller: half of this would be a run that waits for ever.
            await projects.SaveAsync(run.Model, request.Yaml, request.Folder, actor, CancellationToken.None);
            await store.SaveAsync(run, new PipelineStarted(run.Id, run.Model, run.Goal, actor), CancellationToken.None);
        }
        catch
        {
            _byModel.TryRemove(run.Model, out _);
            throw;
        }

        if (!_waiting.Writer.TryWrite(active))
        {
            await InterruptAsync(active);
        }

        return active.Run;
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

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Ends the runs before the server waits for its last requests: each client that watches a run is one of them, and would hold the server up for as long as it trains.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await EndInterruptedAsync(stoppingToken);
            await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => WorkAsync(stoppingToken)));
        }
        finally
        {
            // From here on nobody takes what is written: it is refused, and what was written before is told so.
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out var waiting))
            {
                await InterruptAsync(waiting);
            }
        }
    }

    // Runs that wait and runs that a worker has.
    private static int MostActive(RetrainingOptions options) => options.QueueLength + options.Workers;

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
                await EndAsync(AsInterrupted(run));
            }
        }
    }

    private async Task InterruptAsync(ActiveRun active)
    {
        var ended = AsInterrupted(active.Run);
        try
        {
            await EndAsync(ended);
        }
        catch (Exception exception)
        {
            // The next start marks it.
            LogLost(logger, ended.Id, exception);
        }

        _byModel.TryRemove(ended.Model, out _);
        active.Update(ended);
    }

    private PipelineRun AsInterrupted(PipelineRun run)
    {
        var stages = run.Stages.Select(stage => stage.State == PipelineState.Running ? stage with { State = PipelineState.Failed, Sentence = Interrupted } : stage).ToArray();
        return run with { State = PipelineState.Failed, Error = Interrupted, ErrorKind = ErrorKind.Unavailable, EndedAt = time.GetUtcNow(), Stages = stages };
    }

    private Task EndAsync(PipelineRun ended) =>
        store.SaveAsync(ended, new PipelineEnded(ended.Id, ended.Model, ended.State, ended.Error, ended.Stages, Actor.Policy), CancellationToken.None);

    [LoggerMessage(LogLevel.Error, "The end of pipeline run {Id} could not be saved")]
    private static partial void LogLost(ILogger logger, string id, Exception exception);
}
