using System.Diagnostics.Metrics;
using Slipway.Monitoring.Alerts;

namespace Slipway.Monitoring.Watching;

/// <summary>What monitoring does, as metrics.</summary>
internal sealed class WatchFigures
{
    private readonly Counter<long> _judged;
    private readonly Counter<long> _fired;
    private readonly Counter<long> _resolved;

    public WatchFigures(IMeterFactory meters)
    {
        var meter = meters.Create(new MeterOptions("Slipway.Monitoring"));
        _judged = meter.CreateCounter<long>("slipway.monitoring.windows", "{window}", "Windows that were judged, again or for the first time.");
        _fired = meter.CreateCounter<long>("slipway.monitoring.alerts.fired", "{alert}", "Alerts that fired.");
        _resolved = meter.CreateCounter<long>("slipway.monitoring.alerts.resolved", "{alert}", "Alerts that are over.");
    }

    /// <summary>Windows of a deployment were judged.</summary>
    public void Judged(string deployment, int windows)
    {
        if (windows > 0)
        {
            _judged.Add(windows, new KeyValuePair<string, object?>("deployment", deployment));
        }
    }

    /// <summary>An alert fired, or is over.</summary>
    public void Changed(AlertState alert) => (alert.Firing ? _fired : _resolved).Add(
        1, new KeyValuePair<string, object?>("deployment", alert.Deployment), new KeyValuePair<string, object?>("monitor", alert.Monitor));
}
