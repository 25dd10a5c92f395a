using Slipway.Serving.Figures;

namespace Slipway.Monitoring.Log;

/// <summary>Shows the log's figures in <c>/metrics</c>.</summary>
internal sealed class PredictionLogCounters(PredictionLog log) : IServerCounters
{
    public IEnumerable<ServerCounter> Read() =>
    [
        new("slipway_prediction_log_recorded_total", "Predictions that were written to the log.", log.Figures.Recorded),
        new("slipway_prediction_log_dropped_total", "Predictions that the log had no room for, in memory or on the disk.", log.Figures.Dropped),
        new("slipway_prediction_log_torn_batches_total", "Batches at the ends of chunks that a kill or a power cut had torn.", log.Figures.TornBatches),
        new("slipway_prediction_log_future_times_total", "Predictions whose stated time was ahead of their arrival and was not believed.", log.FutureTimes),
    ];
}
