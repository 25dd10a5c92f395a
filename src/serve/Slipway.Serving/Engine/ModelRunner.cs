using Slipway.Inference;

namespace Slipway.Serving.Engine;

/// <summary>
/// Runs the calls of one loaded version in one deployment. A number of runs may be under way at once (instances). While one is free a call runs on its caller's thread, because a hop to
/// another costs more than a small model does; else it joins the queue, and whoever ends a run has the queue served: calls that fit together become one run.
/// </summary>
/// <remarks>
/// On a processor that only computes, requests do not queue for the model but for the processor, in front of it. So a call also joins while others are about to come (<c>pending</c>: work
/// that the thread pool has not begun), where that saves more than it costs: a model whose run has a price of its own, whatever the rows, gains by sharing it; one whose runs are long leaves
/// the thread to requests that must be told early that they would wait too long.
/// </remarks>
internal sealed partial class ModelRunner
{
    // What joining and being woken costs a call; measured with trees whose run costs next to nothing.
    private static readonly TimeSpan JoinCost = TimeSpan.FromMicroseconds(5);

    // Joining costs such a run about 2 % at most.
    private static readonly TimeSpan LongRun = TimeSpan.FromMicroseconds(250);

    // How often a call joins only so that it becomes known what that saves.
    private const int TryEvery = 32;

    private readonly TimeProvider _time;
    private readonly Func<long> _pending;
    private readonly RunCosts _costs = new();
    private readonly double _joinCost;
    private readonly double _longRun;
    private volatile ServeSettings _settings;
    private readonly int _usualInstances;
    private volatile bool _batches;
    private int _running;
    private int _waiting;
    private int _tries;
    private long _batchId;

    /// <param name="batches">True when the model gives each row the same answer whichever rows stand beside it (<see cref="BatchProbe"/>).</param>
    /// <param name="instances">Runs at the same time where the settings leave it open.</param>
    /// <param name="settings">How to run; can be changed by <see cref="Apply"/>.</param>
    /// <param name="time">The clock.</param>
    /// <param name="pending">How much work waits in front of the server; the thread pool's unless given.</param>
    public ModelRunner(bool batches, int instances, ServeSettings settings, TimeProvider time, Func<long>? pending = null)
    {
        _usualInstances = instances;
        _batches = batches;
        _settings = settings;
        _time = time;
        _pending = pending ?? (static () => ThreadPool.PendingWorkItemCount);
        _joinCost = JoinCost.TotalSeconds * time.TimestampFrequency;
        _longRun = LongRun.TotalSeconds * time.TimestampFrequency;
    }

    /// <summary>How calls are run.</summary>
    public ServeSettings Settings => _settings;

    /// <summary>Calls that wait for their turn.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Runs under way.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Rows by run.</summary>
    public BatchSizes BatchSizes { get; } = new();

    private int Instances => _settings.Instances > 0 ? _settings.Instances : _usualInstances;

    // Whether a batch waits for more.
    private bool Delays => _batches && _settings is { MaxBatch: > 1, MaxDelay.Ticks: > 0 };

    /// <summary>Another runner of the same model, with a queue of its own.</summary>
    public ModelRunner With(ServeSettings settings) => new(_batches, _usualInstances, settings, _time, _pending);

    /// <summary>Changes how calls are run. Those that wait already stay where they are.</summary>
    public void Apply(ServeSettings settings)
    {
        _settings = settings;
        Serve();
    }

    /// <summary>
    /// Fills the call's outputs. Its inputs have been checked against the model's signature; <paramref name="lease"/> is held, and the call left alone, until the task ends. A call that was
    /// cancelled in the queue leaves it at once; one that is being run is waited for.
    /// </summary>
    /// <exception cref="Core.Errors.SlipwayException">
    /// <see cref="Core.Errors.ErrorKind.Unavailable"/> when too many wait already or the call would wait too long; <see cref="Core.Errors.ErrorKind.Timeout"/> when it has; and what the model
    /// says of the inputs.
    /// </exception>
    public ValueTask RunAsync(InferenceCall call, int rows, ModelLease lease, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // What a caller allows stands in the body, which is read after that wait.
        if (call.Timeout is { } own && call.WaitedForProcessor > own)
        {
            throw Expired(call, own);
        }

        // Who comes later does not overtake those who wait.
        if (Volatile.Read(ref _waiting) > 0 || IsBetterTogether(rows) || !TryAcquire())
        {
            return JoinAsync(call, rows, lease, cancellationToken);
        }

        try
        {
            Run(call, rows, lease);
        }
        finally
        {
            Release();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Runs one call by itself, now.</summary>
    public void Run(InferenceCall call, int rows, ModelLease lease)
    {
        var from = _time.GetTimestamp();
        lease.Model.Run(call.Inputs, call.Outputs);
        var until = _time.GetTimestamp();
        call.Ran(from, until);
        call.BatchRows = rows;
        Learn(rows, until - from);
    }

    public void Learn(int rows, long ticks)
    {
        BatchSizes.Add(rows);
        _costs.Learn(rows, ticks);
    }

    public long NextBatch() => Interlocked.Increment(ref _batchId);

    /// <summary>The model's answers turned out not to have the rows of its inputs.</summary>
    public void StopBatching() => _batches = false;

    private bool IsBetterTogether(int rows)
    {
        var settings = _settings;
        if (Delays && rows < settings.MaxBatch)
        {
            return true;
        }

        if (_costs.Mean > _longRun)
        {
            return _pending() > 0;
        }

        // With at most half of a batch in one call there is somebody to share with.
        if (!_batches || rows > settings.MaxBatch / 2 || _costs.Mean < _joinCost)
        {
            return false;
        }

        if (!_costs.KnowsFixed)
        {
            return _tries++ % TryEvery == 0 && _pending() > 0;
        }

        if (_costs.Fixed <= _joinCost)
        {
            return false;
        }

        // With k others a call pays a share of 1/(k+1).
        var others = _pending();
        return others > 0 && _costs.Fixed * others / (others + 1) > _joinCost;
    }

    private bool TryAcquire()
    {
        var most = Instances;
        var running = Volatile.Read(ref _running);
        while (running < most)
        {
            var seen = Interlocked.CompareExchange(ref _running, running + 1, running);
            if (seen == running)
            {
                return true;
            }

            running = seen;
        }

        return false;
    }

    // Whoever joins makes its waiting known before it looks for a free instance, and this frees the instance before it looks for who waits: one of the two sees the other.
    private void Release()
    {
        Interlocked.Decrement(ref _running);
        if (Volatile.Read(ref _waiting) > 0)
        {
            Serve();
        }
    }
}
