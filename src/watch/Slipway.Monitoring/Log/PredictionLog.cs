using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Datasets.Duck;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Parquet;
using Slipway.Monitoring.Log.Recording;
using Slipway.Serving;
using Slipway.Storage;
using Slipway.Storage.Files;

namespace Slipway.Monitoring.Log;

/// <summary>
/// Takes note of every prediction: copies on the request's thread, writes and hands over from one loop that looks at a bounded queue every tick. Predictions and notes are handed over in the
/// order in which they came in.
/// </summary>
internal sealed partial class PredictionLog : BackgroundService, IPredictionSink, IPredictionLog, IPredictionHistory
{
    // What one pass writes in one go; a queue that is fuller is emptied in several.
    private const int MaxPassRows = 32_768;

    private static readonly TimeSpan ComplainEvery = TimeSpan.FromMinutes(1);

    private readonly PredictionLogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<PredictionLog> _logger;
    private readonly Meter _meter;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Request threads.
    private readonly CallQueue _queue;
    private readonly double _tick;

    // The loop.
    private readonly RowCollector _collector = new();
    private readonly OpenChunks _chunks;
    private readonly HandOver _handOver;
    private readonly LogRecovery _recovery;
    private readonly List<LogStep> _steps = [];
    private readonly List<DrainMarker> _markers = [];
    private readonly List<FinishedChunk> _finished = [];

    // Beside the loop.
    private readonly FinishedChunks _conversions;
    private readonly PredictionSearch _search;

    private bool _isRecovered;
    private long? _complainedAt;

    // Written by the loop, read by anybody.
    private long _recorded;
    private long _refused;
    private volatile bool _ended;

    public PredictionLog(
        MonitoringOptions options, DataFolder data, IPredictionConsumer consumer, DuckEngine duck, TimeProvider time, IMeterFactory meters, ILogger<PredictionLog> logger)
    {
        _options = options.Log;
        _time = time;
        _logger = logger;
        _queue = new CallQueue(_options.CapacityRows, _options.CapacityMegabytes * (1L << 20));
        _tick = 1e6 / time.TimestampFrequency;
        var folder = new PredictionFolder(data);
        _chunks = new OpenChunks(folder, _options, time, Complain);
        _conversions = new FinishedChunks(new ChunkConversion(folder), time, logger);
        _search = new PredictionSearch(folder, _chunks, data, duck);
        _handOver = new HandOver(consumer, time, logger);
        _recovery = new LogRecovery(folder, _chunks, _collector, _search, _handOver, _finished, logger);

        _meter = meters.Create(new MeterOptions("Slipway.Monitoring"));
        _meter.CreateObservableCounter("slipway.prediction_log.recorded", () => Figures.Recorded, "{row}", "Predictions that were written to the log.");
        _meter.CreateObservableCounter("slipway.prediction_log.dropped", () => Figures.Dropped, "{row}", "Predictions that the log had no room for, in memory or on the disk.");
        _meter.CreateObservableCounter("slipway.prediction_log.torn_batches", () => Figures.TornBatches, "{batch}", "Batches at the ends of chunks that a kill or a power cut had torn.");
        _meter.CreateObservableCounter("slipway.prediction_log.future_times", () => FutureTimes, "{row}", "Predictions whose stated time was ahead of their arrival and was not believed.");
    }

    /// <inheritdoc/>
    public PredictionLogFigures Figures => new(Interlocked.Read(ref _recorded), _queue.Dropped + Interlocked.Read(ref _refused), _recovery.Torn);

    /// <summary>Rows whose stated event time lay more than five minutes ahead of their arrival, which counts instead.</summary>
    public long FutureTimes => _collector.FutureTimes;

    /// <inheritdoc/>
    public void Record(InferenceCall call)
    {
        if (RecordedCall.Of(call, _tick) is { } recorded)
        {
            _queue.Add(recorded);
        }
    }

    /// <summary>Takes note of a call: <see cref="Record(InferenceCall)"/> for whoever has its parts.</summary>
    public void Record(in RecordedCall call) => _queue.Add(call);

    /// <inheritdoc/>
    public async ValueTask PostAsync(object note, CancellationToken cancellationToken)
    {
        var added = _queue.AddAsync(note, cancellationToken);
        Wake();
        await added;
        Wake();
    }

    /// <inheritdoc/>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        var marker = new DrainMarker();
        _queue.AddMarker(marker);
        if (_ended)
        {
            // The loop emptied the queue before it ended.
            return;
        }

        Wake();
        await marker.Reached.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<PredictionBatch>> FindAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        _search.FindAsync(deployment, ids, whole: false, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PredictionBatch>> ReadAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        _search.FindAsync(deployment, ids, whole: true, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListIdsAsync(string deployment, RowCondition condition, CancellationToken cancellationToken) =>
        _search.ListIdsAsync(deployment, condition, cancellationToken);

    /// <summary>Waits until every chunk that was worked on is Parquet.</summary>
    public Task ConvertedAsync() => _conversions.DoneAsync();

    /// <inheritdoc/>
    public override void Dispose()
    {
        _chunks.Dispose();
        _meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var conversions = Task.Run(() => _conversions.RunAsync(stoppingToken), CancellationToken.None);
        using var timer = _time.CreateTimer(_ => Wake(), null, TimeSpan.Zero, _options.Tick);
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(stoppingToken))
            {
                await TurnAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was recorded before the stop is still written and handed over.
        }

        await PassAsync();
        _chunks.Rotate(all: true, _finished);
        _ended = true;
        await PassAsync();
        await conversions;
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    private async Task TurnAsync(CancellationToken stoppingToken)
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
            await _handOver.PassOnAsync(_finished, _conversions);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A fault in the log must not end the log, let alone the server: what was just taken is lost, and whoever waits for it is told.
            LogTurnFailed(_logger, e);
            Interlocked.Add(ref _refused, _collector.Forget());
            _queue.Release();
            _queue.SignalRoom();
            _markers.ForEach(marker => marker.Fail(e));
            _markers.Clear();
        }
    }

    private async Task PassAsync()
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
        if (_isRecovered && (_markers.Count > 0 || _handOver.IsDue))
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

    private void AddStep(CollectedBatch collected) => _steps.Add(new LogStep { Collected = collected });

    private async Task WriteAsync()
    {
        foreach (var step in _steps)
        {
            if (step.Note is null)
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

    // Once a minute: a disk that is full refuses ten times a second.
    private void Complain(Exception reason, string deployment)
    {
        if (_complainedAt is { } at && _time.GetElapsedTime(at) < ComplainEvery)
        {
            return;
        }

        _complainedAt = _time.GetTimestamp();
        if (DiskErrors.IsFull(reason))
        {
            LogDiskFull(_logger, deployment, Figures.Dropped);
        }
        else
        {
            LogNotWritten(_logger, deployment, Figures.Dropped, reason);
        }
    }

    [LoggerMessage(LogLevel.Error, "The prediction log failed in its work and goes on; the predictions that it had just taken are not logged")]
    private static partial void LogTurnFailed(ILogger logger, Exception reason);

    [LoggerMessage(LogLevel.Error, "The disk is full: predictions of {Deployment} are answered and not logged, {Dropped} so far. Free some space; the log goes on by itself")]
    private static partial void LogDiskFull(ILogger logger, string deployment, long dropped);

    [LoggerMessage(LogLevel.Error, "Predictions of {Deployment} could not be logged, {Dropped} so far")]
    private static partial void LogNotWritten(ILogger logger, string deployment, long dropped, Exception reason);
}
