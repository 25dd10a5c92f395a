using Slipway.Core.Names;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>Sorts calls by source and layout, and makes one batch of each. Keeps what must be known from one batch to the next: event times and layouts. Used by one thread.</summary>
/// <param name="release">Gets each call back when its rows were copied.</param>
internal sealed class RowCollector(Action<PendingCall> release)
{
    // Arrays of this many values stay below 85 000 bytes, beyond which .NET collects them rarely and late.
    private const int MaxBatchRows = 8192;

    private const int MaxLayouts = 256;

    private readonly Dictionary<string, EventTimeRule> _times = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, VersionReference), ColumnLayout> _lastLayouts = [];
    private readonly HashSet<ColumnLayout> _layouts = [];
    private readonly List<CallGroup> _groups = [];
    private readonly List<CallGroup> _spare = [];

    /// <summary>Rows whose stated event time was ahead of their arrival and was not believed.</summary>
    public long FutureTimes { get; private set; }

    /// <summary>The rule of a deployment's event times.</summary>
    public EventTimeRule Times(string deployment)
    {
        if (!_times.TryGetValue(deployment, out var times))
        {
            _times[deployment] = times = new EventTimeRule();
        }

        return times;
    }

    /// <summary>Adds a call, which belongs to the collector until it releases it. Batches that are full go to <paramref name="full"/>.</summary>
    public void Add(PendingCall call, Action<CollectedBatch> full)
    {
        var group = Group(call);
        group.Calls.Add(call);
        group.Rows += call.Rows;
        if (group.Rows >= MaxBatchRows)
        {
            // All groups, so that batches of one deployment keep the order of their calls as far as they share it.
            Cut(full);
        }
    }

    /// <summary>Makes a batch of each source's rows so far, sources in the order of their first row.</summary>
    public void Cut(Action<CollectedBatch> take)
    {
        foreach (var group in _groups)
        {
            take(new CollectedBatch(Build(group), group.Layout));
            group.Calls.ForEach(release);
            group.Calls.Clear();
            _spare.Add(group);
        }

        _groups.Clear();
    }

    private CallGroup Group(PendingCall call)
    {
        foreach (var known in _groups)
        {
            if (known.IsOf(call) && (call.Failed || known.Layout.Fits(call)))
            {
                return known;
            }
        }

        var group = _spare.Count > 0 ? _spare[^1] : new CallGroup();
        if (_spare.Count > 0)
        {
            _spare.RemoveAt(_spare.Count - 1);
        }

        group.Begin(call, Layout(call));
        _groups.Add(group);
        return group;
    }

    // Rows of failed calls have no values. They go with the columns that the version has when it answers, so that they share its batches.
    private ColumnLayout Layout(PendingCall call)
    {
        var key = (call.Deployment, call.Version);
        var last = _lastLayouts.GetValueOrDefault(key);
        if (call.Failed || last?.Fits(call) == true)
        {
            return last ?? ColumnLayout.Empty;
        }

        var layout = ColumnLayout.Of(call);
        if (_layouts.TryGetValue(layout, out var same))
        {
            layout = same;
        }
        else if (_layouts.Count < MaxLayouts)
        {
            _layouts.Add(layout);
        }

        if (_lastLayouts.Count >= MaxLayouts)
        {
            _lastLayouts.Clear();
        }

        _lastLayouts[key] = layout;
        return layout;
    }

    private PredictionBatch Build(CallGroup group)
    {
        var rows = new RowsBuilder(group.Rows, group.Layout);
        var times = Times(group.Source.Deployment);
        foreach (var call in group.Calls)
        {
            FutureTimes += rows.Add(call, times);
        }

        return rows.ToBatch(group.Source);
    }

    private sealed class CallGroup
    {
        public PredictionSource Source { get; private set; } = null!;

        public ColumnLayout Layout { get; private set; } = ColumnLayout.Empty;

        public List<PendingCall> Calls { get; } = [];

        public int Rows { get; set; }

        public void Begin(PendingCall call, ColumnLayout layout)
        {
            Rows = 0;
            Layout = layout;
            if (Source is null || !IsOf(call))
            {
                Source = new PredictionSource(call.Deployment, call.Version, call.Role, call.Rollout, call.Weight);
            }
        }

        public bool IsOf(PendingCall call) =>
            Source.Deployment == call.Deployment
            && (ReferenceEquals(Source.Version, call.Version) || Source.Version == call.Version)
            && Source.Role == call.Role
            && Source.Rollout == call.Rollout
            && Source.Weight.Equals(call.Weight);
    }
}

/// <summary>A batch, and the layout of its columns.</summary>
internal readonly record struct CollectedBatch(PredictionBatch Batch, ColumnLayout Layout);
