using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Monitoring;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Watching;
using Slipway.Storage;

namespace Slipway.Watch.Tests.Retraining;

/// <summary>Monitoring that knows what a test states. It outlives a host, as its tables would.</summary>
internal sealed class StatedMonitoring : IMonitoring
{
    private readonly ConcurrentDictionary<string, AlertState> _alerts = new();

    public DateTimeOffset? Time { get; set; }

    public long Labels { get; set; }

    public Task<DeploymentWatch?> FindAsync(string deployment, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken) => Task.FromResult<DeploymentWatch?>(null);

    public Task<IReadOnlyList<AlertState>> ListAlertsAsync(string? deployment, bool firingOnly, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<AlertState>>([.. _alerts.Values.Where(a => a.Firing || !firingOnly)]);

    public DateTimeOffset? Now(string deployment) => Time;

    public Task<long> CountLabelsAsync(string deployment, CancellationToken cancellationToken) => Task.FromResult(Labels);

    public Task SettleAsync(string deployment, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Fires an alert as monitoring does: state and event.</summary>
    public async Task FireAsync(Database database, string monitor, string version, string sentence, CancellationToken cancellationToken)
    {
        var alert = new AlertState(Guid.NewGuid().ToString("N"), "lines", monitor, "y", "", version, Firing: true, Time!.Value, ResolvedAt: null, sentence, new JsonObject { ["value"] = 131 });
        _alerts[alert.Id] = alert;
        var happened = new AlertFired(alert.Id, "lines", monitor, "y", "", version, alert.FiredAt, sentence, alert.Evidence, Actor.Policy);
        await database.WriteAsync(transaction => transaction.AppendAsync(happened), cancellationToken);
    }

    /// <summary>What fired is over.</summary>
    public void Resolve() => _alerts.Clear();
}
