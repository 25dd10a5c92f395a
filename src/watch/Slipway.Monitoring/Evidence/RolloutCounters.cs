using Slipway.Rollouts.Releases;

namespace Slipway.Monitoring.Evidence;

/// <summary>
/// What one rollout has learned: counts by slot, metric, segment, weight, arm and bin, each unit once by metric and segment. A closed slot never changes: what belongs to one counts in the
/// slot that is open. Pure memory; holds what changed until a save commits.
/// </summary>
internal sealed class RolloutCounters(string rollout, string deployment, RolloutPlan plan, int maxUnits)
{
    private const int MaxValues = 100;

    private readonly Dictionary<(string Metric, string Segment), HashSet<ulong>> _units = [];
    private readonly Dictionary<string, HashSet<string>> _values = plan.Segments.Distinct().ToDictionary(name => name, _ => new HashSet<string>());
    private readonly Dictionary<CounterKey, long> _pending = [];
    private readonly List<UnitRow> _newUnits = [];
    private readonly List<string> _notes = [];

    public string Rollout { get; } = rollout;

    public string Deployment { get; } = deployment;

    public RolloutPlan Plan { get; } = plan;

    public SlotClock Clock { get; } = new(plan.LookEvery.Ticks);

    /// <summary>Slots with smaller numbers are closed.</summary>
    public long ClosedTo { get; private set; } = SlotClock.NoneClosed;

    /// <summary>True when there is something to save.</summary>
    public bool Dirty { get; private set; } = true;

    /// <summary>Counts since the last save.</summary>
    public IReadOnlyDictionary<CounterKey, long> Pending => _pending;

    /// <summary>Units that counted for the first time since the last save.</summary>
    public IReadOnlyList<UnitRow> NewUnits => _newUnits;

    /// <summary>What had to be left out, as sentences.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Goes on from what was saved.</summary>
    public void Restore(StoredEvidence stored)
    {
        ClosedTo = stored.ClosedTo;
        _notes.AddRange(stored.Notes);
        foreach (var unit in stored.Units)
        {
            Units(unit.Metric, unit.Segment).Add(unchecked((ulong)unit.Unit));
        }

        foreach (var (name, values) in _values)
        {
            values.UnionWith(stored.Segments.Where(s => s.StartsWith(name + "=", StringComparison.Ordinal)).Select(s => s[(name.Length + 1)..]));
        }

        Dirty = false;
    }

    /// <summary>The slot in which something of a moment counts: its own, or the open one where that is closed; nothing counts in a slot that begins after <paramref name="now"/> unless it may wait.</summary>
    public long SlotOf(long utcTicks, long now, bool mayWait)
    {
        var slot = Clock.SlotOf(utcTicks);
        return Math.Max(ClosedTo, mayWait ? slot : Math.Min(slot, Clock.SlotOf(now)));
    }

    /// <summary>Counts a unit overall.</summary>
    /// <param name="sample">What is counted.</param>
    /// <param name="once">True for a unit that can come again: a sticky key. A request that is its own unit comes once, so it need not be remembered.</param>
    public void Count(in EvidenceSample sample, bool once) => Count(sample, "", once);

    /// <summary>Counts a unit in a segment's value.</summary>
    public void Count(in EvidenceSample sample, string name, string value, bool once)
    {
        var values = _values[name];
        if (!values.Contains(value))
        {
            if (values.Count == MaxValues)
            {
                Note($"The segment '{name}' has more than {MaxValues} values; the others are judged with all requests only.");
                return;
            }

            values.Add(value);
        }

        Count(sample, $"{name}={value}", once);
    }

    /// <summary>Closes the slots that end at or before <paramref name="now"/>; true when there were any.</summary>
    public bool CloseTo(long now)
    {
        if (Clock.SlotOf(now) is var open && open <= ClosedTo)
        {
            return false;
        }

        ClosedTo = open;
        Dirty = true;
        return true;
    }

    /// <summary>Writes down, once, what had to be left out.</summary>
    public void Note(string sentence)
    {
        if (!_notes.Contains(sentence))
        {
            _notes.Add(sentence);
            Dirty = true;
        }
    }

    /// <summary>The save committed.</summary>
    public void Saved()
    {
        _pending.Clear();
        _newUnits.Clear();
        Dirty = false;
    }

    private void Count(in EvidenceSample sample, string segment, bool once)
    {
        if (once && !Remember(sample.Metric, segment, sample.Unit))
        {
            return;
        }

        var key = new CounterKey(sample.Slot, sample.Metric, segment, sample.Weight, sample.Candidate, sample.Bin);
        _pending[key] = _pending.GetValueOrDefault(key) + 1;
        Dirty = true;
    }

    private bool Remember(string metric, string segment, ulong unit)
    {
        var units = Units(metric, segment);
        if (units.Count >= maxUnits)
        {
            // Known or not, it does not count: a known one has, and a new one could not be told from itself the next time.
            Note($"More than {maxUnits} sticky keys took part, the most that are told apart; {metric}{(segment.Length == 0 ? "" : $" in {segment}")} counts no further ones.");
            return false;
        }

        if (!units.Add(unit))
        {
            return false;
        }

        _newUnits.Add(new UnitRow { Metric = metric, Segment = segment, Unit = unchecked((long)unit) });
        return true;
    }

    private HashSet<ulong> Units(string metric, string segment)
    {
        if (!_units.TryGetValue((metric, segment), out var units))
        {
            _units[(metric, segment)] = units = [];
        }

        return units;
    }
}

/// <summary>One unit's loss.</summary>
/// <param name="Metric">The guardrail's metric.</param>
/// <param name="Unit">The unit's hash.</param>
/// <param name="Slot">The slot in which it counts.</param>
/// <param name="Weight">The candidate's weight when the unit was assigned.</param>
/// <param name="Candidate">True for the candidate's arm.</param>
/// <param name="Bin">The loss, rounded to a bin's edge.</param>
internal readonly record struct EvidenceSample(string Metric, ulong Unit, long Slot, double Weight, bool Candidate, int Bin);

/// <summary>What a count belongs to.</summary>
internal readonly record struct CounterKey(long Slot, string Metric, string Segment, double Weight, bool Candidate, int Bin);
