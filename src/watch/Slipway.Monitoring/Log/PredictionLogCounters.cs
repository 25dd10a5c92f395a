using System.Diagnostics.Metrics;
using Slipway.Serving.Figures;

namespace Slipway.Monitoring.Log;

/// <summary>Shows the log's figures in <c>/metrics</c>, and to whoever collects metrics.</summary>
internal sealed class PredictionLogCounters(PredictionLog log) : IServerCounters
{
    private const string Recorded = "Predictions that were written to the log.";
    private const string Dropped = "Predictions that the log had no room for, in memory, in the backlog or on the disk.";
    private const string SampledOut = "Predictions that were left out because they do not belong to the sample.";
    private const string TornBatches = "Batches at the ends of chunks that a kill or a power cut had torn.";
    private const string FutureTimes = "Predictions whose stated time was ahead of their arrival and was not believed.";

    public IEnumerable<ServerCounter> Read() =>
    [
        new("slipway_prediction_log_recorded_total", Recorded, log.Figures.Recorded),
        new("slipway_prediction_log_dropped_total", Dropped, log.Figures.Dropped),
        new("slipway_prediction_log_sampled_out_total", SampledOut, log.Figures.SampledOut),
        new("slipway_prediction_log_torn_batches_total", TornBatches, log.Figures.TornBatches),
        new("slipway_prediction_log_future_times_total", FutureTimes, log.FutureTimes),
    ];

    /// <summary>Adds the same to a meter.</summary>
    public static void Add(Meter meter, PredictionLog log)
    {
        meter.CreateObservableCounter("slipway.prediction_log.recorded", () => log.Figures.Recorded, "{row}", Recorded);
        meter.CreateObservableCounter("slipway.prediction_log.dropped", () => log.Figures.Dropped, "{row}", Dropped);
        meter.CreateObservableCounter("slipway.prediction_log.sampled_out", () => log.Figures.SampledOut, "{row}", SampledOut);
        meter.CreateObservableCounter("slipway.prediction_log.torn_batches", () => log.Figures.TornBatches, "{batch}", TornBatches);
        meter.CreateObservableCounter("slipway.prediction_log.future_times", () => log.FutureTimes, "{row}", FutureTimes);
    }
}
