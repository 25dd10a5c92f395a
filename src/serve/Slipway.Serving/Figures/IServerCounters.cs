namespace Slipway.Serving.Figures;

/// <summary>Counters of another module that <c>/metrics</c> shows as well.</summary>
public interface IServerCounters
{
    /// <summary>The counters as they are now.</summary>
    IEnumerable<ServerCounter> Read();
}

/// <summary>A counter of the whole server.</summary>
/// <param name="Name">Prometheus' name, such as <c>slipway_prediction_log_dropped_total</c>.</param>
/// <param name="Help">What it counts.</param>
/// <param name="Value">How many, since the process started.</param>
public sealed record ServerCounter(string Name, string Help, long Value);
