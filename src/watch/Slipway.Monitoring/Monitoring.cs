using Slipway.Core.Names;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Profiles;
using Slipway.Monitoring.Watching;
using Slipway.Registry;
using Slipway.Statistics.Quality;

namespace Slipway.Monitoring;

/// <inheritdoc cref="IMonitoring"/>
internal sealed class Monitoring(
    ProfileStore profiles,
    VerdictStore verdicts,
    BaselineStore baselines,
    AlertStore alerts,
    OutcomeStore outcomeStore,
    IOutcomes outcomes,
    IPredictionLog log,
    RecordingRules recording,
    EventClock clock,
    IModelRegistry registry,
    IMonitoredProjects? projects = null) : IMonitoring
{
    private const int MostPoints = 2000;
    private const int MostAlerts = 1000;

    public async Task<DeploymentWatch?> FindAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        var stored = await profiles.ReadNewestAsync(deployment, from, to, MostPoints, cancellationToken);
        var judged = await verdicts.ReadAsync(deployment, from, to, MostPoints, cancellationToken);
        var now = Now(deployment);
        if (stored.Count == 0 && judged.Count == 0 && now is null && (await profiles.ReadNewestAsync(deployment, null, null, 1, cancellationToken)).Count == 0)
        {
            return null;
        }

        var plan = WatchPlan.Of(projects is null ? null : await projects.FindAsync(deployment, cancellationToken), recording.RedactedOf(deployment), before: null);
        var versions = new Dictionary<string, WatchedVersion>();
        foreach (var name in stored.Select(profile => profile.Key.Version).Distinct())
        {
            versions.Add(name, await DescribeAsync(name, plan, cancellationToken));
        }

        var (figures, _, _) = await outcomeStore.ReadFiguresAsync(deployment, cancellationToken);
        return new DeploymentWatch(
            deployment,
            now,
            plan.Grid.Bucket,
            plan.Grid.Window,
            stored.Count == 0 ? null : plan.Judge.MetricOf(versions[stored[^1].Key.Version]),
            [.. stored.Select(profile => ToPoint(profile, plan.Judge.MetricOf(versions[profile.Key.Version])))],
            judged,
            log.Figures,
            figures);
    }

    public Task<IReadOnlyList<AlertState>> ListAlertsAsync(string? deployment, bool firingOnly, int limit, CancellationToken cancellationToken) =>
        alerts.ListAsync(deployment, firingOnly, Math.Clamp(limit, 0, MostAlerts), cancellationToken);

    public DateTimeOffset? Now(string deployment) => clock.Now(deployment);

    public async Task<long> CountLabelsAsync(string deployment, CancellationToken cancellationToken) =>
        (await outcomeStore.ReadFiguresAsync(deployment, cancellationToken)).Figures.Joined;

    public Task SettleAsync(string deployment, CancellationToken cancellationToken) => outcomes.SettleAsync(deployment, cancellationToken);

    private static WatchPoint ToPoint(StoredProfile stored, string metric)
    {
        var (key, data) = stored;
        var losses = data.Losses.GetValueOrDefault(QualityJudge.LossOf(metric)!);
        return new WatchPoint(
            new DateTimeOffset(key.Start, TimeSpan.Zero),
            key.Version,
            key.Role,
            All(data.Rows, data.Unrecorded?.Rows),
            All(data.Calls, data.Unrecorded?.Calls),
            data.Errors,
            Statistics.Sketches.QuantileSketch.Restore(data.Latency).Quantile(0.95),
            data.Labels,
            losses?.Mean is { } mean ? QualityJudge.ValueOf(metric, mean) : null,
            data.Revision,
            data.Rows);

        static long All(long recorded, double? others) => recorded + (long)Math.Round(others ?? 0);
    }

    // The task decides the metric, and the baseline knows it best: it is what the loop goes by.
    private async Task<WatchedVersion> DescribeAsync(string name, WatchPlan plan, CancellationToken cancellationToken)
    {
        var version = VersionReference.TryParse(name, null, out var reference) ? await registry.FindAsync(reference, cancellationToken) : null;
        var task = (reference is null ? null : await baselines.FindAsync(reference, cancellationToken))?.Task
            ?? (version is null ? LearningTask.Regression : VersionTask.Of(version, dataset: null, plan.Project));
        return new WatchedVersion(name, version?.Signature ?? new Inference.ModelSignature([], [], Tabular: false), task);
    }
}
