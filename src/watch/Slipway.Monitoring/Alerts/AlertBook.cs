using Slipway.Core;
using Slipway.Storage.Events;

namespace Slipway.Monitoring.Alerts;

/// <summary>
/// The rules of alerts, for one deployment. A breach fires once and stays until a window says ok, or another version takes over; a window that cannot tell changes nothing. Of several windows
/// the newest that could tell decides, so that late labels of an old window change no newer decision. Alerts and events wait here until they are saved.
/// </summary>
internal sealed class AlertBook(string deployment)
{
    private static readonly Actor Monitor = new("monitor");

    private readonly Dictionary<AlertKey, AlertState> _firing = [];
    private readonly Dictionary<AlertKey, DateTimeOffset> _decided = [];
    private readonly List<(AlertState Alert, IEvent Happened)> _unsaved = [];

    /// <summary>Alerts that changed since the last save, with the events that say so, in order.</summary>
    public IReadOnlyList<(AlertState Alert, IEvent Happened)> Unsaved => _unsaved;

    /// <summary>The ends of the windows that decided last, to be saved; of the version that is watched now.</summary>
    public IReadOnlyList<AlertDecision> Decisions => [.. _decided.Select(d => new AlertDecision(d.Key, d.Value))];

    /// <summary>Goes on from what was saved.</summary>
    public void Restore(IEnumerable<AlertState> firing, IEnumerable<AlertDecision> decisions)
    {
        foreach (var alert in firing)
        {
            _firing[KeyOf(alert)] = alert;
        }

        foreach (var (key, at) in decisions)
        {
            _decided[key] = at;
        }
    }

    /// <summary>Takes what the window that ends at <paramref name="at"/> found about <paramref name="version"/>.</summary>
    public void Take(DateTimeOffset at, string version, Finding finding)
    {
        var key = new AlertKey(finding.Monitor, finding.Subject, finding.Segment, version);
        if (finding.Outcome == FindingOutcome.Insufficient || (_decided.TryGetValue(key, out var decided) && decided > at))
        {
            return;
        }

        _decided[key] = at;
        var firing = _firing.GetValueOrDefault(key);
        if (finding.Outcome == FindingOutcome.Breach && firing is null)
        {
            var alert = new AlertState(
                Guid.CreateVersion7(at < DateTimeOffset.UnixEpoch ? DateTimeOffset.UnixEpoch : at).ToString("N"), deployment, finding.Monitor, finding.Subject, finding.Segment, version, Firing: true, at, ResolvedAt: null, finding.Sentence, finding.Evidence);
            _firing.Add(key, alert);
            _unsaved.Add((alert, new AlertFired(
                alert.Id, deployment, finding.Monitor, finding.Subject, finding.Segment, version, at, finding.Sentence, finding.Evidence, Monitor)));
        }
        else if (finding.Outcome == FindingOutcome.Ok && firing is not null)
        {
            Resolve(firing, at, finding.Sentence, finding);
        }
    }

    /// <summary>Another version is stable now: what fires about others is over.</summary>
    /// <param name="at">The end of the first window that it is stable in.</param>
    /// <param name="version">The version that took over.</param>
    /// <param name="name">How a sentence names it.</param>
    public void TakeOver(DateTimeOffset at, string version, string name)
    {
        foreach (var (key, alert) in _firing.Where(f => f.Key.Version != version).OrderBy(f => f.Value.Id, StringComparer.Ordinal).ToList())
        {
            Resolve(alert, at, $"{name} took over", finding: null);
            _decided.Remove(key);
        }

        foreach (var key in _decided.Keys.Where(key => key.Version != version).ToList())
        {
            _decided.Remove(key);
        }
    }

    /// <summary>What was waiting has been saved.</summary>
    public void Saved() => _unsaved.Clear();

    private void Resolve(AlertState alert, DateTimeOffset at, string sentence, Finding? finding)
    {
        // Never before it fired: a window that ended earlier may have been judged again.
        var over = alert with { Firing = false, ResolvedAt = at > alert.FiredAt ? at : alert.FiredAt };
        _firing.Remove(KeyOf(alert));
        _unsaved.Add((over, new AlertResolved(
            alert.Id, deployment, alert.Monitor, alert.Subject, alert.Segment, alert.Version, over.ResolvedAt.Value, sentence, finding?.Evidence ?? [], Monitor)));
    }

    private static AlertKey KeyOf(AlertState alert) => new(alert.Monitor, alert.Subject, alert.Segment, alert.Version);
}

/// <summary>What an alert is about.</summary>
internal sealed record AlertKey(string Monitor, string Subject, string Segment, string Version);

/// <summary>The end of the newest window that could tell about something.</summary>
internal sealed record AlertDecision(AlertKey Key, DateTimeOffset At);
