using Microsoft.Extensions.Logging;
using Slipway.Core.Names;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Profiles;
using Slipway.Registry;
using Slipway.Storage;

namespace Slipway.Monitoring.Watching;

/// <summary>Profiles, verdicts and alerts of all deployments: each has a <see cref="DeploymentWatcher"/>.</summary>
internal sealed partial class WindowWatcher(
    OutcomeModels projects,
    RecordingRules recording,
    IModelRegistry registry,
    BaselineBuilder builder,
    BaselineStore baselines,
    ProfileStore profiles,
    VerdictStore verdicts,
    WatchedStore states,
    AlertStore alerts,
    WatchFigures figures,
    ILoggerFactory loggers) : IWatcher
{
    private const string Log = "log";
    private const int MostVerdicts = 100_000;
    private const int MostFiring = 100_000;

    private readonly Dictionary<string, DeploymentWatcher> _deployments = [];
    private readonly ILogger _logger = loggers.CreateLogger<WindowWatcher>();

    /// <inheritdoc/>
    public async Task RestoreAsync(string deployment, CancellationToken cancellationToken)
    {
        var plan = WatchPlan.Of(await projects.FindProjectAsync(deployment, cancellationToken), recording.RedactedOf(deployment), before: null);
        var state = await states.FindAsync(deployment, cancellationToken);
        var from = state is null ? 0 : DeploymentWatcher.MemoryFrom(plan, state.JudgedTo);
        var restored = new RestoredWatch(
            from,
            await profiles.ReadAsync(deployment, from, long.MaxValue, cancellationToken),
            state is null ? [] : await verdicts.ReadAsync(deployment, new DateTimeOffset(from, TimeSpan.Zero), to: null, MostVerdicts, cancellationToken),
            await profiles.ListSegmentsAsync(deployment, cancellationToken),
            await alerts.ListAsync(deployment, firingOnly: true, MostFiring, cancellationToken));

        var watcher = new DeploymentWatcher(
            deployment, new ProfileBook(deployment, profiles), new SegmentNames(), new VersionBook(registry, builder, baselines, loggers.CreateLogger<VersionBook>()), new AlertBook(deployment));
        await watcher.RestoreAsync(plan, state, restored, cancellationToken);
        _deployments[deployment] = watcher;
    }

    /// <inheritdoc/>
    public void Take(PredictionBatch batch) => _deployments[batch.Source.Deployment].Take(batch);

    /// <inheritdoc/>
    public void Take(JoinedOutcome outcome) => _deployments[outcome.Source.Deployment].Take(outcome);

    /// <inheritdoc/>
    public async Task AdvanceAsync(string deployment, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var watcher = _deployments[deployment];
        var plan = WatchPlan.Of(await projects.FindProjectAsync(deployment, cancellationToken), recording.RedactedOf(deployment), watcher.Plan);
        await watcher.AdvanceAsync(plan, now, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task SaveAsync(WriteTransaction transaction)
    {
        foreach (var watcher in _deployments.Values)
        {
            await watcher.SaveAsync(transaction);
        }
    }

    /// <inheritdoc/>
    public void Saved()
    {
        foreach (var (deployment, watcher) in _deployments)
        {
            figures.Judged(deployment, watcher.Judged);
            foreach (var (alert, _) in watcher.Alerts.Unsaved)
            {
                figures.Changed(alert);

                // What is told here has been committed.
                if (watcher.Plan?.Monitor.Notify.Contains(Log) ?? true)
                {
                    Tell(deployment, alert);
                }
            }

            watcher.Saved();
        }
    }

    private void Tell(string deployment, AlertState alert)
    {
        var version = VersionReference.TryParse(alert.Version, null, out var reference) ? reference.Version.ToString() : alert.Version;
        if (alert.Firing)
        {
            LogFired(deployment, version, alert.Monitor, alert.Sentence);
        }
        else
        {
            LogResolved(deployment, version, alert.Monitor, alert.Sentence);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Deployment} ({Version}), {Monitor}: {Sentence}")]
    private partial void LogFired(string deployment, string version, string monitor, string sentence);

    [LoggerMessage(LogLevel.Information, "{Deployment} ({Version}), {Monitor}: over: {Sentence}")]
    private partial void LogResolved(string deployment, string version, string monitor, string sentence);
}
