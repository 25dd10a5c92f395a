namespace Slipway.Serving.Engine;

/// <summary>How a deployment's requests are run.</summary>
public sealed record ServeSettings
{
    /// <summary>What holds where nothing is said.</summary>
    public static ServeSettings Default { get; } = new();

    /// <summary>The most rows that are run together; 1 runs every request for itself.</summary>
    public int MaxBatch { get; init; } = 64;

    /// <summary>How long a batch may wait for more; zero takes only what waits already.</summary>
    public TimeSpan MaxDelay { get; init; }

    /// <summary>Sizes, in rows, at which a batch is sent without waiting for more; ascending.</summary>
    public IReadOnlyList<int> PreferredSizes { get; init; } = [];

    /// <summary>Runs at the same time; 0 lets the server decide.</summary>
    public int Instances { get; init; }

    /// <summary>Threads of one run; 0 lets the server decide.</summary>
    public int Threads { get; init; }

    /// <summary>The most requests that wait; beyond it requests are refused at once.</summary>
    public int MaxQueue { get; init; } = 1024;

    /// <summary>The longest a request waits for its turn; null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long an answer is kept for equal inputs; null keeps none.</summary>
    public TimeSpan? CacheFor { get; init; }

    /// <summary>The most bytes of kept answers.</summary>
    public long CacheBytes { get; init; } = 64L << 20;

    /// <summary>Where the model runs: <c>cpu</c>, or <c>cuda:0</c>.</summary>
    public string Device { get; init; } = "cpu";
}
