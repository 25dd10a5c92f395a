using Slipway.Core.Errors;
using Slipway.Core.Units;
using Slipway.Inference;

namespace Slipway.Serving.Engine;

/// <content>The queue: who may join, who is next, and who has waited too long.</content>
internal sealed partial class ModelRunner
{
    // Where nobody says how long a request may wait. Longer than that hardly a caller is still there, and answers for nobody are what turns overload into collapse.
    private static readonly TimeSpan UsualLimit = TimeSpan.FromSeconds(2);

    // A model that takes seconds has callers who know.
    private const int UsualRuns = 8;

    private readonly Lock _gate = new();
    private readonly CallQueue _queue = new();
    private readonly Stack<RunBatch> _idle = new();
    private ITimer? _timer;
    private long _armed = long.MaxValue;
    private long _refused;
    private long _timedOut;

    /// <summary>Calls that were refused because too many waited or they would have waited too long.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>Calls whose time was over before their turn came.</summary>
    public long TimedOut => Interlocked.Read(ref _timedOut);

    /// <summary>Fills a batch with what is to run next; leaves it empty when everybody has left meanwhile.</summary>
    public void Take(RunBatch batch)
    {
        RunBatch? another;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (now >= _armed)
            {
                _queue.TakeExpired(now, batch.Expired);
            }

            if (_queue.Count > 0 && IsDue(now))
            {
                var settings = _settings;
                var together = _batches && settings.MaxBatch > 1;
                _queue.Take(together, together ? Size(settings) : 0, batch.Calls);
            }

            Publish();
            another = TryStart(now);
        }

        another?.Schedule();
    }

    /// <summary>True when the batch goes on with what waits; else it has given its instance back.</summary>
    public bool HasMoreFor(RunBatch batch)
    {
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            if (_running <= Instances && IsDue(now))
            {
                return true;
            }

            Interlocked.Decrement(ref _running);
            _idle.Push(batch);
            Arm(now);
            return false;
        }
    }

    /// <summary>Takes out a call that is given up; false when it is no longer waiting.</summary>
    public bool Remove(QueuedCall call)
    {
        lock (_gate)
        {
            if (!call.IsWaiting)
            {
                return false;
            }

            _queue.Remove(call);
            Publish();
            return true;
        }
    }

    /// <summary>Tells a call that its time is over.</summary>
    public void FinishExpired(QueuedCall call)
    {
        call.Finish(Expired(call.Call, _time.GetElapsedTime(call.Since, call.Deadline)));
    }

    /// <summary>What a call is told that has waited since then for a processor, when that is longer than it may; else null.</summary>
    public SlipwayException? Overdue(InferenceCall call, long since, long now) => Limit(call) is var limit && _time.GetElapsedTime(since, now) > limit ? Expired(call, limit) : null;

    /// <summary>
    /// Refuses at once who would be refused later: that is cheap now, and a queue that nobody gets through in time serves nobody. Cheapest before the request's body is read.
    /// </summary>
    /// <param name="call">Who has come.</param>
    /// <param name="before">How many wait in front of this queue, for a processor.</param>
    /// <param name="wait">How long it would wait there.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/>, with the time after which to come again.</exception>
    public void Admit(InferenceCall call, int before, TimeSpan wait)
    {
        var waiting = before + _queue.Count;
        var expected = wait + Expected();
        if (waiting >= _settings.MaxQueue)
        {
            Interlocked.Increment(ref _refused);
            throw new SlipwayException(
                ErrorKind.Unavailable,
                $"{call.Deployment} is busy: {waiting} requests wait already, and no more may (serve.batching.queue). Try again later.")
            {
                RetryAfter = expected,
            };
        }

        if (expected > Left(call))
        {
            Interlocked.Increment(ref _refused);
            throw new SlipwayException(
                ErrorKind.Unavailable,
                $"{call.Deployment} is busy: this request would wait longer than the {Duration.Format(Limit(call))} that it may. Try again later.")
            {
                RetryAfter = expected,
            };
        }
    }

    private ValueTask JoinAsync(InferenceCall call, int rows, ModelLease lease, CancellationToken cancellationToken)
    {
        var turn = call.Turn;
        RunBatch? batch;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            Admit(call, 0, TimeSpan.Zero);
            var limit = Left(call);
            turn.Begin(this, lease, rows, now, now + Ticks(limit));
            _queue.Add(turn);
            batch = TryStart(now);
            Arm(now, turn);

            // Last: who is seen to wait has the timer that ends it.
            Publish();
        }

        batch?.Schedule();
        var task = turn.Task;
        if (cancellationToken.CanBeCanceled)
        {
            turn.Watch(cancellationToken);
        }

        return task;
    }

    private SlipwayException Expired(InferenceCall call, TimeSpan limit)
    {
        Interlocked.Increment(ref _timedOut);
        var waited = $"{call.Deployment} did not come to this request within {Duration.Format(TimeSpan.FromMilliseconds(Math.Round(limit.TotalMilliseconds, 3)))}, so it was not run.";
        return call.Timeout is null && _settings.Timeout is null
            ? new SlipwayException(ErrorKind.Unavailable, $"{waited} The server has more to do than it can; try again later.") { RetryAfter = Expected() }
            : new SlipwayException(ErrorKind.Timeout, $"{waited} Allow it more time (timeout), or try again later.");
    }

    private TimeSpan Expected() => TimeSpan.FromSeconds(_queue.Rows * _costs.PerRow / Instances / _time.TimestampFrequency);

    // The wait for a processor is part of the wait.
    private TimeSpan Left(InferenceCall call)
    {
        var left = Limit(call) - call.WaitedForProcessor;
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private TimeSpan Limit(InferenceCall call)
    {
        var (own, deployments) = (call.Timeout, _settings.Timeout);
        if (own is null && deployments is null)
        {
            var runs = TimeSpan.FromSeconds(UsualRuns * _costs.Mean / _time.TimestampFrequency);
            return runs > UsualLimit ? runs : UsualLimit;
        }

        return own < deployments || deployments is null ? own!.Value : deployments.Value;
    }

    /// <summary>Starts a batch for whoever waits, if an instance is free.</summary>
    private void Serve()
    {
        RunBatch? batch;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            batch = TryStart(now);
            Arm(now);
        }

        batch?.Schedule();
    }

    // The gate is held.
    private RunBatch? TryStart(long now)
    {
        if (!IsDue(now) || !TryAcquire())
        {
            return null;
        }

        return _idle.TryPop(out var batch) ? batch : new RunBatch(this, _time);
    }

    // Whether those who wait are run as soon as an instance is free, or wait for more.
    private bool IsDue(long now)
    {
        if (_queue.Count == 0)
        {
            return false;
        }

        var settings = _settings;
        if (!Delays)
        {
            return true;
        }

        var enough = settings.PreferredSizes.Count > 0 ? Math.Min(settings.PreferredSizes[0], settings.MaxBatch) : settings.MaxBatch;
        return _queue.RowsTogether(enough) >= enough || now - _queue.Earliest().Since >= Ticks(settings.MaxDelay);
    }

    // The largest preferred size that those who wait fill; where they fill none, as many as there are.
    private int Size(ServeSettings settings)
    {
        if (settings.PreferredSizes.Count == 0)
        {
            return settings.MaxBatch;
        }

        var rows = _queue.RowsTogether(settings.MaxBatch);
        for (var i = settings.PreferredSizes.Count - 1; i >= 0; i--)
        {
            if (settings.PreferredSizes[i] <= Math.Min(rows, settings.MaxBatch))
            {
                return settings.PreferredSizes[i];
            }
        }

        return settings.MaxBatch;
    }

    private void Publish() => Interlocked.Exchange(ref _waiting, _queue.Count);

    // For a call that has just joined; the timer stays where it is when it comes earlier anyway.
    private void Arm(long now, QueuedCall call)
    {
        Arm(now, Delays ? Math.Min(call.Deadline, call.Since + Ticks(_settings.MaxDelay)) : call.Deadline);
    }

    // A delay that is over and finds no free instance needs no timer: whoever frees one looks.
    private void Arm(long now)
    {
        if (_queue.Count > 0)
        {
            var (since, deadline) = _queue.Earliest();
            var due = since + Ticks(_settings.MaxDelay);
            Arm(now, Delays && due > now ? Math.Min(deadline, due) : deadline);
        }
    }

    private void Arm(long now, long due)
    {
        if (due >= _armed || due == long.MaxValue)
        {
            return;
        }

        _armed = due;
        _timer ??= _time.CreateTimer(static runner => ((ModelRunner)runner!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        // Timers count in milliseconds and drop the rest, which would wake this too early again and again.
        var milliseconds = due <= now ? 0 : Math.Ceiling(_time.GetElapsedTime(now, due).TotalMilliseconds);
        _timer.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, int.MaxValue)), Timeout.InfiniteTimeSpan);
    }

    private void OnTimer()
    {
        var expired = new List<QueuedCall>();
        RunBatch? batch;
        lock (_gate)
        {
            _armed = long.MaxValue;
            var now = _time.GetTimestamp();
            _queue.TakeExpired(now, expired);
            Publish();
            batch = TryStart(now);
            Arm(now);
        }

        batch?.Schedule();
        foreach (var call in expired)
        {
            FinishExpired(call);
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * _time.TimestampFrequency);
}
