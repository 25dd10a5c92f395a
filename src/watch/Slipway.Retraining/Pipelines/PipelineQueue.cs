using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Monitoring.Log.Rules;
using Slipway.Registry.Approvals;
using Slipway.Retraining.Projects;
using Slipway.Storage;

namespace Slipway.Retraining.Pipelines;

/// <inheritdoc cref="IPipelines"/>
internal sealed partial class PipelineQueue(
    Pipeline pipeline, PipelineStore store, UnfinishedRuns unfinished, IProjects projects, IApprovals approvals, IRecordingRules recording, RetrainingOptions options, TimeProvider time, ILogger<PipelineQueue> logger)
    : BackgroundService, IHostedLifecycleService, IPipelines
{
    // Bounded by what is reserved in _byModel, not by itself: runs that were taken up again after a start are never refused.
    private readonly Channel<ActiveRun> _waiting = Channel.CreateUnbounded<ActiveRun>();
    private readonly ConcurrentDictionary<string, ActiveRun> _byModel = new();

    public async Task<PipelineRun> StartAsync(PipelineRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var config = ProjectFile.Parse(request.Yaml, request.File);
        config.ThrowIfNotAvailable();
        request.CheckAsOf(config);
        recording.Check(config);
        request = request with { Folder = options.CheckFolder(request.Folder) };
        await approvals.CheckPolicyAsync(config.Model, Policy(config), caller, cancellationToken);
        var active = NewRun(config, request, caller.Actor);
        Reserve(active);
        return await BeginAsync(active, () => SaveAsync(config, request, caller), withIt: null);
    }

    /// <summary>
    /// Begins a run by a rule, in one transaction with <paramref name="withIt"/>, which tells why. Null, and nothing has happened, while the model has a run or no more may wait.
    /// </summary>
    public async Task<PipelineRun?> TryStartAsync(ProjectConfig config, PipelineRequest request, Func<WriteTransaction, PipelineRun, Task> withIt)
    {
        var active = NewRun(config, request, Actor.Policy);
        try
        {
            Reserve(active);
        }
        catch (SlipwayException)
        {
            return null;
        }

        return await BeginAsync(active, () => Task.CompletedTask, transaction => withIt(transaction, active.Run));
    }

    /// <summary>True while a run of the model waits or is under way.</summary>
    public bool IsActive(string model) => _byModel.ContainsKey(model);

    public async Task<PipelineRun?> FindAsync(string id, CancellationToken cancellationToken) =>
        FindActive(id)?.Run ?? await store.FindAsync(id, cancellationToken);

    public async IAsyncEnumerable<PipelineRun> WatchAsync(string id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var active = FindActive(id);
        while (active is not null)
        {
            var (run, changed, isLast) = active.Read();
            yield return run;
            if (isLast)
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

    /// <summary>Takes up what the former process left, before anybody can ask for a run of the same model.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var active in await unfinished.TakeUpAsync(cancellationToken))
        {
            _byModel[active.Run.Model] = active;
            _waiting.Writer.TryWrite(active);
        }

        await base.StartAsync(cancellationToken);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Leaves the runs before the server waits for its last requests: each client that watches a run is one of them, and would hold the server up for as long as it trains.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken) => StopAsync(cancellationToken);

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, options.Workers).Select(_ => WorkAsync(stoppingToken)));
        }
        finally
        {
            // From here on nobody takes what is written. What waits is durable, and the next start takes it up.
            _waiting.Writer.TryComplete();
            while (_waiting.Reader.TryRead(out var waiting))
            {
                Leave(waiting, waiting.Run);
            }
        }
    }

    // What must not be recorded is not from here on: the run may release to callers at any time.
    private async Task SaveAsync(ProjectConfig config, PipelineRequest request, Caller caller)
    {
        // First: a file that is kept without its policy would be released by the former one.
        await approvals.SetPolicyAsync(config.Model, Policy(config), caller, CancellationToken.None);
        await projects.SaveAsync(config.Model, request.Yaml, request.Folder, caller.Actor, CancellationToken.None);
        await recording.FollowAsync(CancellationToken.None);
    }

    private static ApprovalPolicy Policy(ProjectConfig config) => config.Deploy?.Approval ?? ApprovalPolicy.Auto;

    private ActiveRun NewRun(ProjectConfig config, PipelineRequest request, Actor actor)
    {
        var run = new PipelineRun
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()).ToString("N"),
            Model = config.Model,
            Goal = request.Goal,
            State = PipelineState.Waiting,
            Stages = pipeline.Waiting,
            StartedAt = time.GetUtcNow(),
            StartedBy = actor.Name,
            Trigger = request.Trigger,
            AsOf = request.AsOf,
        };
        return new ActiveRun(run, config, request, actor);
    }

    private void Reserve(ActiveRun active)
    {
        if (!_byModel.TryAdd(active.Run.Model, active))
        {
            throw new SlipwayException(ErrorKind.Conflict, $"A run for {active.Run.Model} is under way. Wait until it has ended, then try again.");
        }

        if (_byModel.Count > options.QueueLength + options.Workers)
        {
            _byModel.TryRemove(active.Run.Model, out _);
            throw new SlipwayException(ErrorKind.Unavailable, $"{options.QueueLength} runs are waiting already. Try again when some have ended.");
        }
    }

    // Not cancelled with the caller: half of this would be a run that waits for ever.
    private async Task<PipelineRun> BeginAsync(ActiveRun active, Func<Task> first, Func<WriteTransaction, Task>? withIt)
    {
        try
        {
            await first();
            await store.AddAsync(active.Run, active.Request, active.Actor, withIt, CancellationToken.None);
        }
        catch
        {
            _byModel.TryRemove(active.Run.Model, out _);
            throw;
        }

        if (!_waiting.Writer.TryWrite(active))
        {
            Leave(active, active.Run);
        }

        return active.Run;
    }

    private ActiveRun? FindActive(string id) => _byModel.Values.FirstOrDefault(active => active.Run.Id == id);

    private async Task WorkAsync(CancellationToken stoppingToken)
    {
        await foreach (var active in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            Leave(active, await RunAsync(active, stoppingToken));
        }
    }

    // The model is free before anybody hears of the end: who waited for it may begin the next run at once.
    private void Leave(ActiveRun active, PipelineRun last)
    {
        _byModel.TryRemove(last.Model, out _);
        active.Close(last);
    }

    private async Task<PipelineRun> RunAsync(ActiveRun active, CancellationToken stoppingToken)
    {
        try
        {
            return await pipeline.RunAsync(active, stoppingToken);
        }
        catch (Exception exception)
        {
            // One run whose end cannot be saved must not end the worker; the next start takes it up.
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

    [LoggerMessage(LogLevel.Error, "The end of pipeline run {Id} could not be saved")]
    private static partial void LogLost(ILogger logger, string id, Exception exception);
}
