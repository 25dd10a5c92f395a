namespace Slipway.Inference;

/// <summary>How a model was loaded: for figures, and for whoever wonders why it runs as it does.</summary>
public sealed record ModelLoadInfo
{
    /// <summary>Where it runs: <c>cpu</c>, <c>cuda:0</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Threads of one run.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Runs at the same time that fit the container's processors: what was asked for, else processors divided by <see cref="Threads"/>.</summary>
    public int Instances { get; init; } = 1;

    /// <summary>How long loading took, the probe included.</summary>
    public TimeSpan LoadTime { get; init; }

    /// <summary>What was measured to choose the threads; null where nothing was.</summary>
    public ThreadProbeResult? Probe { get; init; }

    /// <summary>A sentence about what is not as it was asked for; null where everything is.</summary>
    public string? Note { get; init; }
}

/// <summary>What a model's warm-up input took when it was loaded.</summary>
/// <param name="OneThread">The median with one thread; null when a run did not end in time.</param>
/// <param name="MostThreads">The threads that one was compared with.</param>
/// <param name="AllThreads">The median with those; null when it was not measured, or did not end in time.</param>
public sealed record ThreadProbeResult(TimeSpan? OneThread, int MostThreads, TimeSpan? AllThreads);
