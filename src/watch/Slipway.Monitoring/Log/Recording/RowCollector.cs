using Slipway.Core.Names;

namespace Slipway.Monitoring.Log.Recording;

/// <summary>Sorts calls by source and layout, and makes one batch of each. Keeps what must be known from one batch to the next: event times and layouts. Used by one thread.</summary>
internal sealed class RowCollector
{
    // Arrays of this many values stay below 85 000 bytes, beyond which .NET collects them rarely and late.
    private const int MaxBatchRows = 8192;

    private const int MaxLayouts = 256;

    private readonly Dictionary<string, EventTimeRule> _times = new(StringComparer.Ordinal);
    private readonly Dictionary<(string, VersionReference), ColumnLayout> _lastLayouts = [];
    private readonly HashSet<ColumnLayout> _layouts = [];
    private readonly List<CallGroup> _groups = [];
    private readonly List<CallGroup> _spare = [];
    private CallGroup? _last;
    private CallRoute? _lastRoute;

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

    /// <summary>Adds a call, which stays where it is until the next <see cref="Cut"/>. Batches that are full go to <paramref name="full"/>.</summary>
    public void Add(CallPlace call, Action<CollectedBatch> full)
    {
        var group = Group(call.Route);
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
            group.Calls.Clear();
            group.Rows = 0;
            _spare.Add(group);
        }

        _groups.Clear();
        _last = null;
    }

    /// <summary>Lets go of what was added since the last <see cref="Cut"/>, and says how many rows that was.</summary>
    public long Forget()
    {
        long rows = 0;
        foreach (var group in _groups)
        {
            rows += group.Rows;
            group.Calls.Clear();
        }

        _groups.Clear();
        _last = null;
        return rows;
    }

    private CallGroup Group(CallRoute route)
    {
        // Mostly one kind of call follows the other.
        if (_last is not null && ReferenceEquals(route, _lastRoute))
        {
            return _last;
        }

        _lastRoute = route;
        foreach (var known in _groups)
        {
            if (known.Source == route.Source && (route.Failed || known.Layout.Equals(route.Layout)))
            {
                return _last = known;
            }
        }

        var group = _spare.Count > 0 ? _spare[^1] : new CallGroup();
        if (_spare.Count > 0)
        {
            _spare.RemoveAt(_spare.Count - 1);
        }

        group.Begin(route.Source, Layout(route));
        _groups.Add(group);
        return _last = group;
    }

    // Rows of failed calls have no values. They go with the columns that the version has when it answers, so that they share its batches.
    private ColumnLayout Layout(CallRoute route)
    {
        var key = (route.Source.Deployment, route.Source.Version);
        if (route.Failed)
        {
            return _lastLayouts.GetValueOrDefault(key) ?? ColumnLayout.Empty;
        }

        if (_layouts.TryGetValue(route.Layout, out var same))
        {
            route.Layout = same;
        }
        else if (_layouts.Count < MaxLayouts)
        {
            _layouts.Add(route.Layout);
        }

        if (_lastLayouts.Count >= MaxLayouts)
        {
            _lastLayouts.Clear();
        }

        return _lastLayouts[key] = route.Layout;
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

        public List<CallPlace> Calls { get; } = [];

        public int Rows { get; set; }

        public void Begin(PredictionSource source, ColumnLayout layout)
        {
            Rows = 0;
            Layout = layout;

            // Whoever gets the batches compares sources.
            Source = source == Source ? Source : source;
        }
    }
}

/// <summary>A batch, and the layout of its columns.</summary>
internal readonly record struct CollectedBatch(PredictionBatch Batch, ColumnLayout Layout);
