namespace Slipway.Serving.Engine;

/// <summary>
/// Requests with large bodies wait here for a processor, in the order in which they came; as many as there are processors are worked on at a time, from their parsing to the model's run or queue.
/// Half a megabyte of JSON costs as much as many a model, so under overload requests would wait in front of that work, in the thread pool, where nobody counts them: they were refused after
/// their body was read and parsed, or too late.
/// </summary>
/// <param name="processors">How many are worked on at a time.</param>
/// <param name="time">The clock.</param>
internal sealed class ProcessorQueue(int processors, TimeProvider time)
{
    /// <summary>Bytes from which a body is large; smaller ones are parsed in the time that waiting would cost.</summary>
    public const int LargeBody = 32 << 10;

    // An interval's share of the mean: another deployment's bodies are known after two dozen.
    private const double Share = 1.0 / 16;

    // A pause of the whole machine says nothing about the work.
    private const double MostAtOnce = 8;

    private readonly Lock _gate = new();
    private readonly Queue<ProcessorTurn> _waiting = new();
    private int _busy;
    private double _interval;
    private long _last;

    /// <summary>Requests that wait.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>How long a request that came now would wait, by how quickly those before it have gone lately.</summary>
    public TimeSpan Expected => TimeSpan.FromSeconds(_waiting.Count * Volatile.Read(ref _interval) / time.TimestampFrequency);

    /// <summary>Takes a processor, which <see cref="InferenceCall.EndTurn"/> gives back, or waits for one.</summary>
    /// <exception cref="Core.Errors.SlipwayException">
    /// <see cref="Core.Errors.ErrorKind.Unavailable"/> when the call would wait for longer than it may; that or <see cref="Core.Errors.ErrorKind.Timeout"/> when it has.
    /// </exception>
    public ValueTask EnterAsync(InferenceCall call, ModelRunner runner, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_busy < processors)
            {
                _busy++;
                call.BeginTurn(this);
                return ValueTask.CompletedTask;
            }

            runner.Admit(call, _waiting.Count, Expected);
            var turn = new ProcessorTurn(this, call, runner, time.GetTimestamp(), cancellationToken);
            _waiting.Enqueue(turn);
            return new ValueTask(turn.Task);
        }
    }

    /// <summary>Gives a processor on to who is next.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            var now = time.GetTimestamp();
            Learn(now);
            while (_waiting.TryDequeue(out var next))
            {
                // Who is gone, or has waited for too long, needs no processor to be told.
                var isOver = next.TryEnd(now);
                next.Schedule();
                if (!isOver)
                {
                    return;
                }
            }

            _busy--;
        }
    }

    // Only while somebody waits is the time between two the work's.
    private void Learn(long now)
    {
        if (_waiting.Count == 0)
        {
            _last = 0;
            return;
        }

        if (_last != 0)
        {
            var taken = _interval > 0 ? Math.Min(now - _last, MostAtOnce * _interval) : now - _last;
            Volatile.Write(ref _interval, _interval > 0 ? _interval + (Share * (taken - _interval)) : taken);
        }

        _last = now;
    }
}
