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
internal sealed partial class PredictionLog : BackgroundService, IPredictionSink, IPredictionLog
{
    // What one pass writes in one go; a queue that is fuller is emptied in several.
    private const int MaxPassRows = 32_768;

    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ComplainEvery = TimeSpan.FromMinutes(1);

    private readonly PredictionLogOptions _options;
    private readonly IPredictionConsumer _consumer;
    private readonly TimeProvider _time;
    private readonly ILogger<PredictionLog> _logger;
    private readonly Meter _meter;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Request threads.
    private readonly CallQueue _queue;

    // The loop.
    private readonly PredictionFolder _folder;
    private readonly RowCollector _collector;
    private readonly OpenChunks _chunks;
    private readonly List<LogStep> _steps = [];
    private readonly List<DrainMarker> _markers = [];
    private readonly List<FinishedChunk> _finished = [];

    // Beside the loop.
    private readonly FinishedChunks _conversions;
    private readonly PredictionSearch _search;

    private readonly Dictionary<string, LogPosition?> _recovered = new(StringComparer.Ordinal);
    private bool _isRecovered;
    private bool _isUnsettled;
    private long _settledAt;
    private long? _complainedAt;

    // Written by the loop, read by anybody.
    private long _recorded;
    private long _refused;
    private long _torn;
    private volatile bool _ended;

    public PredictionLog(
        MonitoringOptions options, DataFolder data, IPredictionConsumer consumer, DuckEngine duck, TimeProvider time, IMeterFactory meters, ILogger<PredictionLog> logger)
    {
        _options = options.Log;
        _consumer = consumer;
        _time = time;
        _logger = logger;
        _queue = new CallQueue(_options.CapacityRows, _options.CapacityMegabytes * (1L << 20));
        _folder = new PredictionFolder(data);
        _collector = new RowCollector(_queue.Release);
        _chunks = new OpenChunks(_folder, _options, time, Refused);
        _conversions = new FinishedChunks(new ChunkConversion(_folder), time, logger);
        _search = new PredictionSearch(_folder, _chunks, data, duck);
        _settledAt = time.GetTimestamp();

        _meter = meters.Create(new MeterOptions("Slipway.Monitoring"));
        _meter.CreateObservableCounter("slipway.prediction_log.recorded", () => Figures.Recorded, "{row}", "Predictions that were written to the log.");
        _meter.CreateObservableCounter("slipway.prediction_log.dropped", () => Figures.Dropped, "{row}", "Predictions that the log had no room for, in memory or on the disk.");
        _meter.CreateObservableCounter("slipway.prediction_log.torn_batches", () => Figures.TornBatches, "{batch}", "Batches at the ends of chunks that a kill or a power cut had torn.");
        _meter.CreateObservableCounter("slipway.prediction_log.future_times", () => FutureTimes, "{row}", "Predictions whose stated time was ahead of their arrival and was not believed.");
    }

    /// <inheritdoc/>
    public PredictionLogFigures Figures => new(Interlocked.Read(ref _recorded), _queue.Dropped + Interlocked.Read(ref _refused), Interlocked.Read(ref _torn));

    /// <summary>Rows whose stated event time lay more than five minutes ahead of their arrival, which counts instead.</summary>
    public long FutureTimes => _collector.FutureTimes;

    /// <inheritdoc/>
    public void Record(InferenceCall call)
    {
        if (RecordedCall.Of(call) is { } recorded)
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
        _search.FindAsync(deployment, ids, cancellationToken);

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
                await RecoverAsync(stoppingToken);
                _isRecovered = true;
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Without the position nothing may be handed over; calls wait in the queue meanwhile.
            Complain(e, "its position");
            return;
        }

        await PassAsync();
        _chunks.Rotate(all: false, _finished);
        await PassOnFinishedAsync();
    }

    // A chunk becomes Parquet when the consumer has saved what it made of it: until then a kill would have it read again.
    private async Task PassOnFinishedAsync()
    {
        foreach (var group in _finished.GroupBy(f => f.Deployment).ToList())
        {
            try
            {
                var position = await _consumer.ReadPositionAsync(group.Key, CancellationToken.None);
                foreach (var chunk in group.Where(f => f.Batches == 0 || f.End.CompareTo(position) <= 0))
                {
                    _finished.Remove(chunk);
                    _conversions.Add(chunk);
                }
            }
            catch (Exception e)
            {
                LogConsumerFailed(_logger, e);
            }
        }
    }

    private async Task PassAsync()
    {
        while (Collect())
        {
            await WriteAsync();
            await HandOverAsync();
            _isUnsettled = true;
            _queue.SignalRoom();
        }

        Exception? failure = null;
        if (_isRecovered && (_isUnsettled || _markers.Count > 0 || _time.GetElapsedTime(_settledAt) >= SettleEvery))
        {
            failure = await SettleAsync();
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
            switch (item)
            {
                case PendingCall call:
                    rows += call.Rows;
                    _collector.Add(call, AddStep);
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
            position = await _consumer.ReadPositionAsync(deployment, CancellationToken.None);
        }
        catch (Exception e)
        {
            Complain(e, deployment);
        }

        _chunks.StartAfter(deployment, position?.Chunk);
    }

    private async Task HandOverAsync()
    {
        // After a stop in the middle of recovery, what is older waits in its chunk: the next start hands over both.
        if (!_isRecovered)
        {
            return;
        }

        foreach (var step in _steps)
        {
            if (step.Note is not null)
            {
                await HandOverAsync(() => _consumer.ConsumeAsync(step.Note, CancellationToken.None));
            }
            else if (step.Position is not null)
            {
                await HandOverAsync(() => _consumer.ConsumeAsync(step.Collected.Batch, step.Position, CancellationToken.None));
            }
        }
    }

    private async Task HandOverAsync(Func<Task> consume)
    {
        try
        {
            await consume();
        }
        catch (Exception e)
        {
            // It must not throw; when it does, what follows is still handed over.
            LogConsumerFailed(_logger, e);
        }
    }

    private async Task<Exception?> SettleAsync()
    {
        _settledAt = _time.GetTimestamp();
        _isUnsettled = false;
        try
        {
            await _consumer.SettleAsync(CancellationToken.None);
            return null;
        }
        catch (Exception e)
        {
            LogSettleFailed(_logger, e);
            return e;
        }
    }

    private async Task RecoverAsync(CancellationToken stoppingToken)
    {
        foreach (var deployment in _folder.Deployments())
        {
            if (!_chunks.Knows(deployment))
            {
                await RecoverAsync(deployment, stoppingToken);
            }
        }
    }

    // Finishes the chunks of the process before: hands over what was written and not worked on.
    private async Task RecoverAsync(string deployment, CancellationToken stoppingToken)
    {
        if (!_recovered.TryGetValue(deployment, out var position))
        {
            _recovered[deployment] = position = await _consumer.ReadPositionAsync(deployment, stoppingToken);
        }

        _folder.RemoveLeftovers(deployment);
        var last = position?.Chunk;
        var chunks = _folder.Chunks(deployment);
        if (chunks.Count == 0)
        {
            await ObserveNewestAsync(deployment, stoppingToken);
        }

        foreach (var chunk in chunks)
        {
            last = string.CompareOrdinal(chunk, last) > 0 ? chunk : last;
            try
            {
                _finished.Add(new FinishedChunk(deployment, chunk, await RecoverAsync(deployment, chunk, position, stoppingToken)));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogChunkUnreadable(_logger, chunk, deployment, e);
            }
        }

        _chunks.StartAfter(deployment, last);
    }

    private async Task ObserveNewestAsync(string deployment, CancellationToken stoppingToken)
    {
        try
        {
            await _search.ObserveNewestAsync(deployment, _collector.Times(deployment), stoppingToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Then rows without a time count as live until somebody states one.
            LogChunkUnreadable(_logger, "before", deployment, e);
        }
    }

    private async Task<int> RecoverAsync(string deployment, string chunk, LogPosition? position, CancellationToken stoppingToken)
    {
        using var reader = ChunkReader.Open(_folder, deployment, chunk);
        var done = position is null ? 0
            : string.CompareOrdinal(chunk, position.Chunk) is var order and not 0 ? order < 0 ? int.MaxValue : 0
            : position.Batch;
        var number = 0;

        // The last batch is read in any case: it says whether the deployment is in replay.
        foreach (var batch in reader.Read(Math.Min(done, reader.Batches - 1)))
        {
            stoppingToken.ThrowIfCancellationRequested();
            number = batch.Number;
            _collector.Times(deployment).Observe(batch.Batch);
            if (number > done)
            {
                await HandOverAsync(() => _consumer.ConsumeAsync(batch.Batch, new LogPosition(chunk, batch.Number), CancellationToken.None));
                _isUnsettled = true;
            }
        }

        if (reader.IsTorn)
        {
            Interlocked.Increment(ref _torn);
            LogTorn(_logger, chunk, deployment);
        }

        return number;
    }

    private void Refused(Exception reason, string deployment) => Complain(reason, deployment);

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

    [LoggerMessage(LogLevel.Error, "The disk is full: predictions of {Deployment} are answered and not logged, {Dropped} so far. Free some space; the log goes on by itself")]
    private static partial void LogDiskFull(ILogger logger, string deployment, long dropped);

    [LoggerMessage(LogLevel.Error, "Predictions of {Deployment} could not be logged, {Dropped} so far")]
    private static partial void LogNotWritten(ILogger logger, string deployment, long dropped, Exception reason);

    [LoggerMessage(LogLevel.Error, "Monitoring failed to take predictions from the log")]
    private static partial void LogConsumerFailed(ILogger logger, Exception reason);

    [LoggerMessage(LogLevel.Error, "What monitoring found out could not be saved; it is tried again")]
    private static partial void LogSettleFailed(ILogger logger, Exception reason);

    [LoggerMessage(LogLevel.Error, "The chunk {Chunk} of {Deployment}'s predictions cannot be read and is left where it is")]
    private static partial void LogChunkUnreadable(ILogger logger, string chunk, string deployment, Exception reason);

    [LoggerMessage(LogLevel.Warning, "The chunk {Chunk} of {Deployment}'s predictions ends in a torn batch, which is left out")]
    private static partial void LogTorn(ILogger logger, string chunk, string deployment);
}
