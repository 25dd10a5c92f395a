using System.Diagnostics.Metrics;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Core.Names;
using Slipway.Datasets.Duck;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Recording;
using Slipway.Monitoring.Log.Rules;
using Slipway.Serving;
using Slipway.Storage;

namespace Slipway.Monitoring.Log;

/// <summary>
/// Takes note of every prediction: copies on the request's thread, writes and hands over from one loop that looks at a bounded queue every tick. Predictions and notes are handed over in the
/// order in which they came in.
/// </summary>
internal sealed class PredictionLog : BackgroundService, IPredictionSink, IPredictionLog, IPredictionHistory
{
    private readonly PredictionLogOptions _options;
    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    // Request threads.
    private readonly RecordingRules _rules;
    private readonly CallQueue _queue;
    private readonly SampledOut _sampledOut = new();
    private readonly double _tick;

    private readonly LogLoop _loop;
    private volatile bool _ended;

    public PredictionLog(
        MonitoringOptions options,
        RecordingRules rules,
        DataFolder data,
        IPredictionConsumer consumer,
        DuckEngine duck,
        TimeProvider time,
        IMeterFactory meters,
        ILogger<PredictionLog> logger)
    {
        _options = options.Log;
        _rules = rules;
        _time = time;
        _queue = new CallQueue(_options.CapacityRows, _options.CapacityMegabytes * (1L << 20));
        _loop = new LogLoop(_options, _queue, new PredictionFolder(data), data, consumer, duck, time, logger);
        _tick = 1e6 / time.TimestampFrequency;
        _meter = meters.Create(new MeterOptions("Slipway.Monitoring"));
        PredictionLogCounters.Add(_meter, this);
    }

    /// <inheritdoc/>
    public PredictionLogFigures Figures => new(_loop.Recorded, _loop.Dropped, _loop.Torn, _sampledOut.Total);

    /// <summary>Rows whose stated event time lay more than five minutes ahead of their arrival, which counts instead.</summary>
    public long FutureTimes => _loop.FutureTimes;

    /// <inheritdoc/>
    public void Record(InferenceCall call)
    {
        if (RecordedCall.Of(call, _tick) is { } recorded)
        {
            Record(recorded);
        }
    }

    /// <summary>Takes note of a call: <see cref="Record(InferenceCall)"/> for whoever has its parts.</summary>
    public void Record(in RecordedCall call)
    {
        if (_rules.Find(call.Deployment) is not { } rule)
        {
            _queue.Add(call);
        }
        else if (rule.TryTake(call, out var taken))
        {
            _queue.Add(taken);
        }
        else
        {
            _sampledOut.Add(call.Failed ? 1 : call.Rows);
        }
    }

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
        _loop.Search.FindAsync(deployment, ids, whole: false, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PredictionBatch>> ReadAsync(string deployment, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        _loop.Search.FindAsync(deployment, ids, whole: true, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListIdsAsync(string deployment, RowCondition condition, CancellationToken cancellationToken) =>
        _loop.Search.ListIdsAsync(deployment, condition, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<PredictionBatch>> ReadNewestAsync(string deployment, VersionReference version, int most, CancellationToken cancellationToken) =>
        _loop.Search.ReadNewestAsync(deployment, version, most, cancellationToken);

    /// <summary>What searches have read.</summary>
    public Parquet.SearchReads SearchReads => _loop.Search.Reads;

    /// <summary>Waits until every chunk that was worked on is Parquet.</summary>
    public Task ConvertedAsync() => _loop.Conversions.DoneAsync();

    /// <summary>Learns what is to be recorded, before anything is.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _rules.FollowAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _loop.Dispose();
        _meter.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var conversions = Task.Run(() => _loop.Conversions.RunAsync(stoppingToken), CancellationToken.None);
        using var timer = _time.CreateTimer(_ => Wake(), null, TimeSpan.Zero, _options.Tick);
        try
        {
            await foreach (var _ in _wake.Reader.ReadAllAsync(stoppingToken))
            {
                await _loop.TurnAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was recorded before the stop is still written and handed over.
        }

        await _loop.EndAsync();

        // What was recorded up to here is still handed over, and whoever drains from here on need not wait.
        _ended = true;
        await _loop.PassAsync(isLast: true);
        await conversions;
    }

    private void Wake() => _wake.Writer.TryWrite(true);
}
