using Slipway.Core.Errors;

namespace Slipway.Datasets.Duck;

/// <summary>Runs DuckDB work on its own thread: a bounded number at once, each with a time limit, each stopped when its caller gives up.</summary>
public sealed class DuckEngine(DatasetsOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan InterruptAgain = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _places = new(options.ConcurrentQueries);

    /// <summary>Runs <paramref name="work"/> with a locked session; <paramref name="what"/> names it in the error when the time is up.</summary>
    public async Task<T> RunAsync<T>(string what, DuckAccess access, Func<DuckSession, CancellationToken, T> work, CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken);
        try
        {
            using var limit = new CancellationTokenSource(options.TimeLimit, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
            try
            {
                return await Task.Factory.StartNew(
                    () => Run(access, work, stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            }
            catch (Exception) when (cancellationToken.IsCancellationRequested)
            {
                // An interrupted query ends in whatever error DuckDB was at: the reason is that nobody waits any more.
                throw new OperationCanceledException(cancellationToken);
            }
            catch (Exception e) when (limit.IsCancellationRequested)
            {
                throw new SlipwayException(
                    ErrorKind.Timeout,
                    $"The SQL of {what} ran longer than {options.TimeLimit} and was stopped. Make it read less, or raise datasets.timeLimit in the server's settings.",
                    e);
            }
        }
        finally
        {
            _places.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    private T Run<T>(DuckAccess access, Func<DuckSession, CancellationToken, T> work, CancellationToken stop)
    {
        using var session = DuckSession.Open(options, access);

        // An interrupt that arrives between two statements is lost, so it is repeated until the work has ended.
        using var again = new InterruptTimer(session, time);
        using var registration = stop.Register(static state => ((InterruptTimer)state!).Start(), again);
        var result = work(session, stop);
        stop.ThrowIfCancellationRequested();
        return result;
    }

    private sealed class InterruptTimer(DuckSession session, TimeProvider time) : IDisposable
    {
        private readonly Lock _gate = new();
        private ITimer? _timer;
        private bool _ended;

        public void Start()
        {
            lock (_gate)
            {
                if (!_ended)
                {
                    session.Interrupt();
                    _timer = time.CreateTimer(_ => Repeat(), null, InterruptAgain, InterruptAgain);
                }
            }
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _ended = true;
                _timer?.Dispose();
            }
        }

        private void Repeat()
        {
            lock (_gate)
            {
                if (!_ended)
                {
                    session.Interrupt();
                }
            }
        }
    }
}
