using System.Diagnostics;
using Slipway.Core.Names;
using Slipway.Statistics.Sketches;

namespace Slipway.Serving.Figures;

/// <summary>
/// Counts what one version answers. Recording takes the lock of the stripe that belongs to the processor, which hardly ever anybody else holds; readers add the stripes up.
/// </summary>
internal sealed class VersionRecorder
{
    /// <summary>The length of a slot.</summary>
    public static readonly TimeSpan SlotLength = TimeSpan.FromSeconds(5);

    /// <summary>Ten minutes of slots.</summary>
    public const int Slots = 120;

    private readonly TimeProvider _time;
    private readonly Stripe[] _stripes;
    private readonly long _slotTicks;
    private readonly long _origin;
    private readonly DateTimeOffset _originAt;

    // Closed slots, oldest first. Guarded by itself, which is always taken before the lock of a stripe.
    private readonly Queue<FigureSlot> _closed = new(Slots);
    private long _slot;

    // By the roles that the version has had: three at most. Guarded by itself.
    private readonly List<StageRecorder> _stages = [];

    private volatile string? _role;

    public VersionRecorder(VersionReference version, TimeProvider time)
    {
        Version = version;
        _time = time;
        Inference = new InferenceTotals(time);
        _slotTicks = (long)(SlotLength.TotalSeconds * time.TimestampFrequency);
        _stripes = new Stripe[Math.Clamp(Environment.ProcessorCount, 1, 16)];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe();
        }

        // Slots begin at whole multiples of five seconds, so that those of several versions stand under each other.
        _originAt = time.GetUtcNow();
        var into = _originAt.Ticks % SlotLength.Ticks;
        _origin = time.GetTimestamp() - (long)(into / (double)TimeSpan.TicksPerSecond * time.TimestampFrequency);
        _originAt -= TimeSpan.FromTicks(into);
    }

    public VersionReference Version { get; }

    /// <summary>What the requests' time went into.</summary>
    public InferenceTotals Inference { get; }

    /// <summary>The version's role in the deployment now; null when it answers no more.</summary>
    public string? Role
    {
        get => _role;
        set => _role = value;
    }

    /// <summary>Where the times of its requests go while it has this role.</summary>
    public StageRecorder Stages(string role)
    {
        lock (_stages)
        {
            if (_stages.Find(s => s.Role == role) is { } known)
            {
                return known;
            }

            var recorder = new StageRecorder(Version, role, _time);
            _stages.Add(recorder);
            return recorder;
        }
    }

    /// <summary>One entry a role that it has had.</summary>
    public IReadOnlyList<StageRecorder> ListStages()
    {
        lock (_stages)
        {
            return [.. _stages];
        }
    }

    /// <summary>Counts a request that began and ended at these timestamps of the time provider, with the trace that it belongs to, if any.</summary>
    public void Record(long started, long ended, int rows, bool failed, ActivityTraceId trace = default)
    {
        var slot = (ended - _origin) / _slotTicks;
        if (slot > Volatile.Read(ref _slot))
        {
            CloseSlot(slot);
        }

        var seconds = (ended - started) / (double)_time.TimestampFrequency;
        var stripe = _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
        lock (stripe)
        {
            stripe.All.Add(seconds, rows, failed);
            stripe.Slot.Add(seconds, rows, failed);
            var bucket = DurationBuckets.Find(seconds);
            stripe.Histogram[bucket]++;
            if (trace != default)
            {
                stripe.Exemplars[bucket] = new Exemplar(trace, seconds, _time.GetUtcNow());
            }
        }
    }

    /// <summary>Everything since the process started.</summary>
    public VersionTotals ReadTotals()
    {
        var sum = new Tally();
        var histogram = new long[DurationBuckets.Count];
        var exemplars = new Exemplar?[DurationBuckets.Count];
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                sum.Merge(stripe.All);
                for (var i = 0; i < histogram.Length; i++)
                {
                    histogram[i] += stripe.Histogram[i];
                    if (stripe.Exemplars[i] is { } example && (exemplars[i] is not { } other || example.At >= other.At))
                    {
                        exemplars[i] = example;
                    }
                }
            }
        }

        return new VersionTotals(sum, histogram, exemplars);
    }

    /// <summary>The figures as people see them.</summary>
    public VersionFigures Read()
    {
        var now = (_time.GetTimestamp() - _origin) / _slotTicks;
        if (now > Volatile.Read(ref _slot))
        {
            CloseSlot(now);
        }

        var all = ReadTotals().Sum;
        List<FigureSlot> recent;
        lock (_closed)
        {
            var oldest = At(now - Slots + 1);
            recent = [.. _closed.Where(s => s.At >= oldest)];
            if (SumSlot(clear: false) is { Requests: > 0 } open)
            {
                recent.Add(open.ToSlot(At(_slot)));
            }
        }

        return new VersionFigures(
            Version, all.Requests, all.Errors, all.Rows, all.Milliseconds(0.5), all.Milliseconds(0.95), all.Milliseconds(0.99), recent)
        {
            Role = _role,
        };
    }

    private void CloseSlot(long next)
    {
        lock (_closed)
        {
            if (next <= _slot)
            {
                return;
            }

            // A request that reads the clock just before the change may be counted in the slot after it: never lost, never twice.
            if (SumSlot(clear: true) is { Requests: > 0 } closed)
            {
                if (_closed.Count == Slots)
                {
                    _closed.Dequeue();
                }

                _closed.Enqueue(closed.ToSlot(At(_slot)));
            }

            Volatile.Write(ref _slot, next);
        }
    }

    private Tally SumSlot(bool clear)
    {
        var sum = new Tally();
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                sum.Merge(stripe.Slot);
                if (clear)
                {
                    stripe.Slot.Clear();
                }
            }
        }

        return sum;
    }

    private DateTimeOffset At(long slot) => _originAt + (slot * SlotLength);

    private sealed class Stripe
    {
        public Tally All { get; } = new();

        public Tally Slot { get; } = new();

        public long[] Histogram { get; } = new long[DurationBuckets.Count];

        public Exemplar?[] Exemplars { get; } = new Exemplar?[DurationBuckets.Count];
    }
}

/// <summary>Counts and durations of some requests.</summary>
internal sealed class Tally
{
    private readonly QuantileSketch _seconds = new();

    public long Requests { get; private set; }

    public long Errors { get; private set; }

    public long Rows { get; private set; }

    public double TotalSeconds { get; private set; }

    public void Add(double seconds, int rows, bool failed)
    {
        Requests++;
        Errors += failed ? 1 : 0;
        Rows += rows;
        TotalSeconds += seconds;
        _seconds.Add(seconds);
    }

    public void Merge(Tally other)
    {
        Requests += other.Requests;
        Errors += other.Errors;
        Rows += other.Rows;
        TotalSeconds += other.TotalSeconds;
        _seconds.Merge(other._seconds);
    }

    public double? Milliseconds(double quantile) => _seconds.Quantile(quantile) * 1000;

    public FigureSlot ToSlot(DateTimeOffset at) => new(at, Requests, Errors, Milliseconds(0.5), Milliseconds(0.95));

    public void Clear()
    {
        Requests = Errors = Rows = 0;
        TotalSeconds = 0;
        _seconds.Clear();
    }
}

/// <summary>Everything that was counted of a version.</summary>
/// <param name="Sum">Counts and quantiles.</param>
/// <param name="Histogram">Requests by <see cref="DurationBuckets"/>, each for itself.</param>
/// <param name="Exemplars">The newest request of each bucket that belongs to a trace.</param>
internal sealed record VersionTotals(Tally Sum, long[] Histogram, Exemplar?[] Exemplars);
