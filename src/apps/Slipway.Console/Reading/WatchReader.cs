using Slipway.Core.Projects;
using Slipway.Monitoring;
using Slipway.Rollouts.Releases;
using Slipway.Storage.Events;

namespace Slipway.Console.Reading;

/// <summary>Reads what is known about a deployment in production. Where the server has no monitoring or no rollouts, there are none to show.</summary>
internal sealed class WatchReader(IEventLog events, IMonitoring? monitoring = null, IRollouts? rollouts = null)
{
    /// <summary>How many of a deployment's events are read, the newest.</summary>
    public const int EventLimit = 1000;

    private const int AlertLimit = 100;
    private const int RolloutLimit = 50;

    /// <summary>The watch of a deployment.</summary>
    public async Task<WatchView> ReadAsync(string deployment, ProjectConfig? config, IReadOnlyList<TrainingLine> trainings, WatchChoice choice, CancellationToken cancellationToken)
    {
        var limits = config?.Monitor ?? new MonitorSection();
        if (monitoring is null)
        {
            return new WatchView { IsRecorded = false, Choice = choice, Trainings = trainings, PsiLimit = limits.Psi };
        }

        var now = monitoring.Now(deployment);
        var from = now is { } end && choice.Days is { } days ? end.AddDays(-days) : (DateTimeOffset?)null;
        var alerts = await monitoring.ListAlertsAsync(deployment, firingOnly: false, AlertLimit, cancellationToken);
        var history = await events.ReadSubjectAsync($"deployment/{deployment}", EventLimit, cancellationToken);
        return new WatchView
        {
            Choice = choice,
            Watch = await monitoring.FindAsync(deployment, from, null, cancellationToken),
            Alerts = [.. alerts.OrderByDescending(a => a.Firing).ThenByDescending(a => a.FiredAt)],
            Marks = Timeline.Tell(history, alerts, trainings, now),
            Trainings = trainings,
            PsiLimit = limits.Psi,
        };
    }

    /// <summary>How many alerts of a deployment fire.</summary>
    public async Task<int> CountFiringAsync(string deployment, CancellationToken cancellationToken) =>
        monitoring is null ? 0 : (await monitoring.ListAlertsAsync(deployment, firingOnly: true, AlertLimit, cancellationToken)).Count;

    /// <summary>A deployment's rollouts, newest first.</summary>
    public async Task<IReadOnlyList<RolloutState>> ListRolloutsAsync(string deployment, CancellationToken cancellationToken) =>
        rollouts is null ? [] : await rollouts.ListAsync(deployment, RolloutLimit, cancellationToken);

    /// <summary>A rollout of a deployment with its looks, or null.</summary>
    public async Task<RolloutView?> FindRolloutAsync(string model, string id, CancellationToken cancellationToken)
    {
        if (rollouts is null || await rollouts.FindAsync(id, cancellationToken) is not { } rollout || rollout.Candidate.Model != model)
        {
            return null;
        }

        var looks = await rollouts.ListLooksAsync(id, cancellationToken);
        var history = await events.ReadSubjectAsync($"deployment/{rollout.Deployment}", EventLimit, cancellationToken);
        return new RolloutView(model, rollout, looks, [.. history.Where(e => RolloutView.IsAbout(e, id)).Select(History.Tell).Reverse()]);
    }
}
