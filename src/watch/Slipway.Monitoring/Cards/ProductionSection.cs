using Slipway.Monitoring.Watching;
using Slipway.Registry;
using Slipway.Registry.Cards;
using Slipway.Rollouts;

namespace Slipway.Monitoring.Cards;

/// <summary>Tells a card what its version's traffic was like where it runs: the newest verdict, and the alerts about it.</summary>
internal sealed class ProductionSection(IMonitoring monitoring, IDeployments deployments) : ICardSection
{
    private const int MostDeployments = 10;
    private const int MostAlerts = 20;
    private const int AlertsLookedAt = 500;

    public string Name => "production";

    public string Title => "In production";

    public int Order => CardOrder.Production;

    public async Task<CardSection?> ReadAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        var (traffic, alerts) = (new List<object?[]>(), new List<object?[]>());
        var there = (await deployments.ListAsync(cancellationToken)).Where(state => Has(state, version)).Take(MostDeployments);
        foreach (var state in there)
        {
            if (await monitoring.FindAsync(state.Name, null, null, cancellationToken) is { } watch && Tell(watch, version) is { } told)
            {
                traffic.Add(told);
            }

            var found = await monitoring.ListAlertsAsync(state.Name, firingOnly: false, AlertsLookedAt, cancellationToken);
            alerts.AddRange(found.Where(alert => Is(alert.Version, version)).Select(alert => new object?[] { alert.FiredAt, state.Name, alert.Firing ? "firing" : "resolved", alert.Sentence }));
        }

        var tables = new List<CardTable>();
        if (traffic.Count > 0)
        {
            tables.Add(new CardTable("Traffic", ["Deployment", "Rows", "Errors", "Drift", "Metric", "In production", "On held-out rows", "Judged"], traffic));
        }

        if (alerts.Count > 0)
        {
            tables.Add(new CardTable("Alerts", ["When", "Deployment", "State", "What"], [.. alerts.OrderByDescending(row => (DateTimeOffset)row[0]!).Take(MostAlerts)]));
        }

        return new CardSection(Name, Title) { Tables = tables, Notes = tables.Count == 0 ? ["No traffic of it has been recorded where it runs now."] : [] };
    }

    private static object?[]? Tell(DeploymentWatch watch, ModelVersion version)
    {
        var points = watch.Points.Where(point => Is(point.Version, version)).ToList();
        if (points.Count == 0)
        {
            return null;
        }

        var verdict = watch.Verdicts.LastOrDefault(judged => Is(judged.Version, version) && judged.Segment.Length == 0);
        return
        [
            watch.Deployment, points.Sum(point => point.Rows), points.Sum(point => point.Errors), verdict is null ? null : Word(verdict.DriftVerdict.ToString()),
            verdict?.Quality?.Metric, verdict?.Quality?.Value, verdict?.Quality?.Baseline, verdict?.At,
        ];
    }

    private static bool Has(DeploymentState state, ModelVersion version) =>
        state.Stable.Reference == version.Reference || state.Candidate?.Version.Reference == version.Reference || state.Previous?.Reference == version.Reference;

    // Monitoring names a version with or without its model.
    private static bool Is(string name, ModelVersion version) => name == version.Version.ToString() || name == version.Reference.ToString();

    private static string Word(string verdict) => string.Concat(verdict.Select((c, i) => char.IsAsciiLetterUpper(c) ? $"{(i > 0 ? " " : "")}{char.ToLowerInvariant(c)}" : c.ToString()));
}
