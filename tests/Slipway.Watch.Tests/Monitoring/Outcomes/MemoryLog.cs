using System.Globalization;
using Slipway.Monitoring.Log;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>
/// The log's contract in memory: batches outlive the process that they drive a consumer in, notes do not. A batch can be searched once its chunk is finished, which <see cref="Finish"/> or a
/// new process does.
/// </summary>
internal sealed class MemoryLog : IPredictionLog
{
    private readonly List<(PredictionBatch Batch, LogPosition Position)> _batches;
    private readonly Queue<object> _entries = new();
    private readonly HashSet<string> _opened = [];
    private IPredictionConsumer? _consumer;
    private int _chunk;
    private int _searchable;

    public MemoryLog(MemoryLog? before = null)
    {
        _batches = before?._batches ?? [];
        _chunk = (before?._chunk ?? 0) + 1;
        _searchable = _batches.Count;
    }

    public int Searches { get; private set; }

    public Exception? SearchFailure { get; set; }

    public PredictionLogFigures Figures => new(_batches.Sum(b => b.Batch.Rows), 0, 0);

    public void Drive(IPredictionConsumer consumer) => _consumer = consumer;

    public void Record(PredictionBatch batch)
    {
        var entry = (batch, new LogPosition(_chunk.ToString("D4", CultureInfo.InvariantCulture), _batches.Count + 1));
        _batches.Add(entry);
        _entries.Enqueue(entry);
    }

    /// <summary>Ends the open chunk.</summary>
    public void Finish()
    {
        _chunk++;
        _searchable = _batches.Count;
    }

    public ValueTask PostAsync(object note, CancellationToken cancellationToken)
    {
        _entries.Enqueue(note);
        return ValueTask.CompletedTask;
    }

    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        await HandOverAsync(cancellationToken);
        await _consumer!.SettleAsync(cancellationToken);
    }

    /// <summary>Hands over what is there and does not let it settle: what a kill interrupts.</summary>
    public async Task HandOverAsync(CancellationToken cancellationToken)
    {
        while (_entries.TryDequeue(out var entry))
        {
            if (entry is (PredictionBatch batch, LogPosition position))
            {
                if (_opened.Add(batch.Source.Deployment))
                {
                    await _consumer!.ReadPositionAsync(batch.Source.Deployment, cancellationToken);
                }

                await _consumer!.ConsumeAsync(batch, position, cancellationToken);
            }
            else
            {
                await _consumer!.ConsumeAsync(entry, cancellationToken);
            }
        }
    }

    /// <summary>What a start does: hands over again what no save has covered.</summary>
    public async Task RecoverAsync(CancellationToken cancellationToken)
    {
        foreach (var deployment in _batches.Select(b => b.Batch.Source.Deployment).Distinct().ToList())
        {
            _opened.Add(deployment);
            var position = await _consumer!.ReadPositionAsync(deployment, cancellationToken);
            foreach (var (batch, at) in _batches.Where(b => b.Batch.Source.Deployment == deployment && (position is null || b.Position.CompareTo(position) > 0)))
            {
                await _consumer.ConsumeAsync(batch, at, cancellationToken);
            }
        }
    }

    public Task<IReadOnlyList<PredictionBatch>> FindAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        Searches++;
        return SearchFailure is { } failure
            ? Task.FromException<IReadOnlyList<PredictionBatch>>(failure)
            : Task.FromResult<IReadOnlyList<PredictionBatch>>(
                [.. _batches.Take(_searchable).Select(b => b.Batch).Where(b => b.Source.Deployment == deployment && b.Ids.Any(ids.Contains))]);
    }
}
