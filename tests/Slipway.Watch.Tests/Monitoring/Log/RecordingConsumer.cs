using Slipway.Monitoring.Log;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>Keeps what the log hands over. Like the real one it saves its position when it settles; <see cref="Saves"/> turns that off.</summary>
internal sealed class RecordingConsumer : IPredictionConsumer
{
    private readonly Dictionary<string, LogPosition> _positions = [];
    private readonly Dictionary<string, LogPosition> _saved;
    private TaskCompletionSource? _settled;
    private TaskCompletionSource? _taken;

    public RecordingConsumer(Dictionary<string, LogPosition>? saved = null) => _saved = saved ?? [];

    public List<object> Taken { get; } = [];

    public IEnumerable<PredictionBatch> Batches => Taken.OfType<PredictionBatch>();

    public IEnumerable<string> Ids => Batches.SelectMany(b => b.Ids);

    public List<LogPosition> Positions { get; } = [];

    public Dictionary<string, LogPosition> Saved => _saved;

    public bool Saves { get; set; } = true;

    public int Settled { get; private set; }

    /// <summary>Ends when the log hands over the next batch.</summary>
    public Task NextTaken()
    {
        _taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _taken.Task;
    }

    /// <summary>Ends when the log settles the next time after it handed something over.</summary>
    public Task NextSettled()
    {
        _settled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _settled.Task;
    }

    public Task<LogPosition?> ReadPositionAsync(string deployment, CancellationToken cancellationToken) => Task.FromResult(_saved.GetValueOrDefault(deployment));

    public Task ConsumeAsync(PredictionBatch batch, LogPosition position, CancellationToken cancellationToken)
    {
        Taken.Add(batch);
        Positions.Add(position);
        _positions[batch.Source.Deployment] = position;
        _taken?.TrySetResult();
        return Task.CompletedTask;
    }

    public Task ConsumeAsync(object note, CancellationToken cancellationToken)
    {
        Taken.Add(note);
        return Task.CompletedTask;
    }

    public Task SettleAsync(CancellationToken cancellationToken)
    {
        Settled++;
        if (Saves)
        {
            foreach (var (deployment, position) in _positions)
            {
                _saved[deployment] = position;
            }
        }

        if (Taken.Count > 0)
        {
            _settled?.TrySetResult();
        }

        return Task.CompletedTask;
    }
}
