using Microsoft.Extensions.Logging;
using Slipway.Datasets.Duck;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Parquet;
using Slipway.Monitoring.Log.Recording;
using Slipway.Storage;

namespace Slipway.Monitoring.Log;

/// <summary>The log's work, turn by turn: takes what waits, writes it, hands it over, and passes on the chunks that are finished. Used by one loop; its figures are read by anybody.</summary>
internal sealed partial class LogLoop : IDisposable
{
    // What one pass writes in one go; a queue that is fuller is emptied in several.
    private const int MaxPassRows = 32_768;

    private readonly PredictionLogOptions _options;
    private readonly CallQueue _queue;
    private readonly ILogger _logger;
    private readonly RowCollector _collector = new();
    private readonly OpenChunks _chunks;
    private readonly HandOver _handOver;
    private readonly LogRecovery _recovery;
    private readonly LogComplaints _complaints;
    private readonly List<LogStep> _steps = [];
    private readonly List<DrainMarker> _markers = [];
    private readonly List<FinishedChunk> _finished = [];
    private bool _isRecovered;

    // Rows that are taken, and neither written nor refused.
    private long _uncounted;
    private long _recorded;
    private long _refused;

    public LogLoop(
        PredictionLogOptions options, CallQueue queue, PredictionFolder folder, DataFolder data, IPredictionConsumer consumer, DuckEngine duck, TimeProvider time, ILogger logger)
    {
        (_options, _queue, _logger) = (options, queue, logger);
        _complaints = new LogComplaints(time, logger);
        _chunks = new OpenChunks(folder, options, time, Complain);
        _handOver = new HandOver(consumer, time, logger);
        Conversions = new FinishedChunks(new ChunkConversion(folder), time, logger);
        Search = new PredictionSearch(folder, _chunks, data, duck);
        _recovery = new LogRecovery(folder, _chunks, _collector, Search, _handOver, _finished, logger);
    }

    /// <summary>What becomes Parquet, beside the loop.</summary>
    public FinishedChunks Conversions { get; }

    /// <summary>Finds what is in finished chunks and Parquet files.</summary>
    public PredictionSearch Search { get; }

    /// <summary>Rows that were written.</summary>
    public long Recorded => Interlocked.Read(ref _recorded);

    /// <summary>Rows that there was no room for.</summary>
    public long Dropped => _queue.Dropped + Interlocked.Read(ref _refused);

    /// <summary>Batches that a kill or a power cut had torn.</summary>
    public long Torn => _recovery.Torn;

    /// <summary>Rows whose stated event time was not believed.</summary>
    public long FutureTimes => _collector.FutureTimes;

    /// <summary>One turn. A fault in it is logged and ends nothing.</summary>
    public async Task TurnAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (!_isRecovered)
            {
                await _recovery.RunAsync(stoppingToken);
                _isRecovered = true;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Without the position nothing may be handed over; calls wait in the queue meanwhile.
            Complain(e, "its position");
            return;
        }

        try
        {
            await PassAsync();
            _chunks.Rotate(all: false, _finished);
            await _handOver.PassOnAsync(_finished, Conversions);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A fault in the log must not end the log, let alone the server: what was just taken is lost, and whoever waits for it is told.
            LogTurnFailed(_logger, e);
            Interlocked.Add(ref _refused, _collector.Forget() + _uncounted);
            _uncounted = 0;
            _queue.Release();
            _queue.SignalRoom();
            _markers.ForEach(marker => marker.Fail(e));
            _markers.Clear();
        }
    }

    /// <summary>Ends the chunks that are open.</summary>
    public async Task EndAsync()
    {
        await PassAsync(isLast: true);
        _chunks.Rotate(all: true, _finished);
    }

    /// <summary>Writes and hands over all that waits, and lets the consumer settle when that is due, or somebody waits for it, or nothing follows.</summary>
    public async Task PassAsync(bool isLast = false)
    {
        while (Collect())
        {
            await WriteAsync();

            // After a stop in the middle of recovery, what is older waits in its chunk: the next start hands over both.
            if (_isRecovered)
            {
                await _handOver.TakeAsync(_steps);
            }

            _queue.SignalRoom();
        }

        Exception? failure = null;
        if (_isRecovered && (isLast || _markers.Count > 0 || _handOver.IsDue))
        {
            failure = await _handOver.SettleAsync();
        }

        foreach (var marker in _markers)
        {
            if (failure is null)
            {
                marker.Complete();
            }
            else
            {
                marker.Fail(failure);
            }
        }

        _markers.Clear();
    }

    public void Dispose() => _chunks.Dispose();

    // Takes what waits and sorts it into steps; false when nothing waits.
    private bool Collect()
    {
        _steps.Clear();
        var rows = 0;
        while (rows < MaxPassRows && _queue.TryTake(out var item))
        {
            switch (item.Control)
            {
                case null:
                    rows += item.Call.Rows;
                    _collector.Add(item.Call, AddStep);
                    break;

                case Note note:
                    // Whoever posted it had the answers of all calls before it.
                    _collector.Cut(AddStep);
                    _queue.ReleaseNote();
                    _steps.Add(new LogStep { Note = note.Value });
                    rows++;
                    break;

                case DrainMarker marker:
                    _markers.Add(marker);
                    break;
            }
        }

        _collector.Cut(AddStep);
        _queue.Release();
        return _steps.Count > 0;
    }

    private void AddStep(CollectedBatch collected)
    {
        _steps.Add(new LogStep { Collected = collected });
        _uncounted += collected.Batch.Rows;
    }

    private async Task WriteAsync()
    {
        var isFull = _steps.Exists(step => step.Note is null) && IsBacklogFull();
        foreach (var step in _steps)
        {
            if (step.Note is null && !isFull)
            {
                await MeetAsync(step.Collected.Batch.Source.Deployment);
                _chunks.Append(step, _finished);
            }
        }

        _chunks.Flush();
        foreach (var step in _steps)
        {
            if (step.Note is null)
            {
                Interlocked.Add(ref step.Position is null ? ref _refused : ref _recorded, step.Collected.Batch.Rows);
            }
        }

        _uncounted = 0;
    }

    // A deployment's first prediction since the start, when it had no folder.
    private async Task MeetAsync(string deployment)
    {
        if (_chunks.Knows(deployment))
        {
            return;
        }

        LogPosition? position = null;
        try
        {
            position = await _handOver.ReadPositionAsync(deployment, CancellationToken.None);
        }
        catch (Exception e)
        {
            Complain(e, deployment);
        }

        _chunks.StartAfter(deployment, position?.Chunk);
    }

    private bool IsBacklogFull()
    {
        if (_finished.Sum(chunk => chunk.Bytes) + Conversions.Bytes < _options.BacklogMegabytes * (1L << 20))
        {
            return false;
        }

        _complaints.BacklogFull(_options.BacklogMegabytes, Dropped);
        return true;
    }

    private void Complain(Exception reason, string deployment) => _complaints.Refused(reason, deployment, Dropped);

    [LoggerMessage(LogLevel.Error, "The prediction log failed in its work and goes on; the predictions that it had just taken are not logged")]
    private static partial void LogTurnFailed(ILogger logger, Exception reason);
}
