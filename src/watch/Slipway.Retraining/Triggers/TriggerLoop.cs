using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Monitoring;
using Slipway.Monitoring.Alerts;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Projects;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Storage.Events;

namespace Slipway.Retraining.Triggers;

/// <inheritdoc cref="ITriggers"/>
internal sealed partial class TriggerLoop(
    TriggerBook book,
    IEventLog log,
    ProjectCatalog projects,
    PipelineQueue queue,
    IDeployments deployments,
    IRollouts rollouts,
    IMonitoring monitoring,
    RetrainingOptions options,
    TimeProvider time,
    ILogger<TriggerLoop> logger) : BackgroundService, ITriggers
{
    private const int BatchSize = 500;

    private readonly SemaphoreSlim _turn = new(1);

    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            await TakeEventsAsync(cancellationToken);
            foreach (var project in await projects.ListAsync(cancellationToken))
            {
                if (project.Config.Retrain is { } when)
                {
                    await JudgeAsync(project, when, cancellationToken);
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public override void Dispose()
    {
        _turn.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await SettleAsync(stoppingToken);
                await WaitAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                // One pass that fails must not end all retraining; the next takes the same events again.
                LogFailed(logger, exception);
                await Task.Delay(options.LookEvery, time, stoppingToken);
            }
        }
    }

    // For the next event; and, where somebody asks for time or labels to be watched, which make no events, for the next look.
    private async Task WaitAsync(CancellationToken stoppingToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var ticks = (await projects.ListAsync(stoppingToken)).Any(project => project.Config.Retrain is not null);
        var tick = Task.Delay(ticks ? options.LookEvery : Timeout.InfiniteTimeSpan, time, done.Token);
        await await Task.WhenAny(tick, log.WaitAsync(book.Position!.Value, done.Token));
        await done.CancelAsync();
    }

    private async Task TakeEventsAsync(CancellationToken cancellationToken)
    {
        await book.OpenAsync(cancellationToken);
        IReadOnlyList<StoredEvent> events;
        do
        {
            events = await log.ReadAsync(book.Position!.Value, BatchSize, cancellationToken);
            foreach (var happened in events)
            {
                await TakeAsync(happened, cancellationToken);
            }
        }
        while (events.Count == BatchSize);
    }

    private async Task TakeAsync(StoredEvent happened, CancellationToken cancellationToken)
    {
        var project = happened.Type switch
        {
            nameof(AlertFired) => await projects.FindAsync(happened.Subject["deployment/".Length..], cancellationToken),
            nameof(PipelineEnded) or nameof(ProjectApplied) => (await projects.ListAsync(cancellationToken)).FirstOrDefault(p => $"project/{p.Config.Model}" == happened.Subject),
            _ => null,
        };
        if (project is { Config: { Model: var model, Retrain: { } when } config })
        {
            var before = await book.ReadAsync(model, cancellationToken);
            var after = happened.Type switch
            {
                nameof(AlertFired) => Take(when, before, happened),
                nameof(PipelineEnded) => await TakeEndAsync(config, when, before, happened, cancellationToken),
                _ => before with { ReviewedFor = null },
            };
            if (!ReferenceEquals(before, after))
            {
                await book.SaveAsync(model, after, happened.Position, cancellationToken);
            }
        }

        await book.PassAsync(happened.Position, cancellationToken);
    }

    private static TriggerState Take(RetrainSection when, TriggerState before, StoredEvent happened)
    {
        var alert = JsonSerializer.Deserialize<AlertFired>(happened.Data, SlipwayJson.Options)!;
        return TriggerRules.Take(when, before, alert.Monitor, alert.Version, alert.At, alert.Sentence, alert.Evidence);
    }

    // A person's training, too, has learned from the labels that there are.
    private async Task<TriggerState> TakeEndAsync(ProjectConfig config, RetrainSection when, TriggerState before, StoredEvent happened, CancellationToken cancellationToken)
    {
        var run = JsonSerializer.Deserialize<PipelineEnded>(happened.Data, SlipwayJson.Options)!;
        var trained = run is { Trigger: null, State: PipelineState.Succeeded } && run.Stages.Any(stage => stage.Name == "train" && stage.Facts["reused"]?.GetValue<bool>() == false);
        return trained && when.NewLabels is not null
            ? before with { LabelsAt = await monitoring.CountLabelsAsync(config.DeploymentName(), cancellationToken) }
            : before;
    }

    private async Task JudgeAsync(ReadProject project, RetrainSection when, CancellationToken cancellationToken)
    {
        var (config, name) = (project.Config, project.Config.DeploymentName());
        if (monitoring.Now(name) is not { } now
            || await deployments.FindAsync(name, cancellationToken) is not { } deployment
            || deployment.Stable.Reference.Model != config.Model)
        {
            return;
        }

        var before = await book.ReadAsync(config.Model, cancellationToken);
        var facts = new TriggerFacts(
            now,
            deployment.Stable.Reference.ToString(),
            when.NewLabels is null ? null : await monitoring.CountLabelsAsync(name, cancellationToken),
            queue.IsActive(config.Model) || await rollouts.FindActiveAsync(name, cancellationToken) is not null);
        var state = TriggerRules.WantsReview(when, before, facts)
            ? TriggerRules.Review(when, before, facts.Stable, await monitoring.ListAlertsAsync(name, firingOnly: true, BatchSize, cancellationToken))
            : before;
        var decision = TriggerRules.Decide(when, state, facts);
        if (decision.Fire is { } met)
        {
            await FireAsync(project, name, decision, met);
        }
        else if (!ReferenceEquals(before, decision.After))
        {
            await book.SaveAsync(config.Model, decision.After, position: null, cancellationToken);
        }
    }

    private async Task FireAsync(ReadProject project, string deployment, TriggerDecision decision, IReadOnlyList<MetCondition> met)
    {
        var (config, position) = (project.Config, book.Position!.Value);
        var sentence = string.Join("; ", met.Select(condition => $"{condition.Condition}: {condition.Sentence}"));
        var request = new PipelineRequest(project.Project.Yaml, ProjectFile.DefaultName, project.Project.Folder, PipelineGoal.Deploy)
        {
            // Without a time column nothing says which rows came later.
            AsOf = config.Data?.Time is null ? null : decision.Now,
            Trigger = sentence,
        };

        // One transaction: a kill leaves the condition due, or the run begun, and never both.
        var run = await queue.TryStartAsync(config, request, async (transaction, begun) =>
        {
            await transaction.AppendAsync(new RetrainingTriggered(config.Model, deployment, begun.Id, decision.Now, sentence, met, Actor.Policy));
            await TriggerBook.SaveAsync(transaction, config.Model, decision.After, position);
        });
        if (run is not null)
        {
            book.Saved(config.Model, decision.After, position);
            LogTriggered(logger, config.Model, DatasetQuery.Moment(decision.Now), sentence);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Model} is trained again as of {AsOf}: {Sentence}")]
    private static partial void LogTriggered(ILogger logger, string model, string asOf, string sentence);

    [LoggerMessage(LogLevel.Error, "The conditions of retraining could not be judged; the next look tries again")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
