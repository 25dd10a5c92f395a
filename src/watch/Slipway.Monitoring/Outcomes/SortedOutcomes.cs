namespace Slipway.Monitoring.Outcomes;

/// <summary>The outcomes of one call: the first of each id, and those that come again.</summary>
internal sealed class SortedOutcomes
{
    private readonly Dictionary<string, string> _labels;
    private readonly List<Outcome> _first = [];
    private readonly List<Outcome> _repeats = [];

    public SortedOutcomes(IReadOnlyList<Outcome> outcomes)
    {
        _labels = new Dictionary<string, string>(outcomes.Count);
        foreach (var outcome in outcomes)
        {
            (_labels.TryAdd(outcome.Id, outcome.Label) ? _first : _repeats).Add(outcome);
        }
    }

    /// <summary>The first outcome of each id, in the order of the call.</summary>
    public IReadOnlyList<Outcome> First => _first;

    /// <summary>All others.</summary>
    public IReadOnlyList<Outcome> Repeats => _repeats;

    /// <summary>The label of an id that stands unless an earlier call brought another.</summary>
    public string LabelOf(string id) => _labels[id];
}

/// <summary>Two labels for one id, the first of which stands.</summary>
internal sealed record Contradiction(string Id, string Label, string Contradicting);
