namespace Slipway.Serving;

/// <summary>The folder of models that are served as they are.</summary>
public sealed record ModelFolderOptions
{
    /// <summary>The folder; null serves what is released from the registry only.</summary>
    public string? Path { get; init; }

    /// <summary>How often the folder is looked through for what was added, changed or removed; null never.</summary>
    public TimeSpan? Poll { get; init; }

    /// <summary>The most models of the folder that are in memory at the same time; 0 for no limit. Beyond it the one that was idle longest goes, and is loaded again when it is asked for.</summary>
    public int MaxLoaded { get; init; }

    /// <summary>The most memory, in bytes, that the models of the folder take by what their loads were measured at; 0 for no limit. Acts as <see cref="MaxLoaded"/> does.</summary>
    public long MaxBytes { get; init; }

    /// <summary>The most requests that wait while their model is being loaded; more are refused at once.</summary>
    public int MaxWaiting { get; init; } = 256;

    /// <summary>The longest that a request waits for its model to be loaded.</summary>
    public TimeSpan MaxWait { get; init; } = TimeSpan.FromSeconds(30);
}
