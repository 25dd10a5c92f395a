using Slipway.Serving.Engine;

namespace Slipway.Serving;

/// <summary>Bounds and settings of serving.</summary>
public sealed record ServingOptions
{
    /// <summary>The largest request body, in bytes, also after decompression.</summary>
    public long MaxRequestBytes { get; init; } = 64L << 20;

    /// <summary>The longest that a request's body may stop on its way, and that a reader of a large answer may take nothing of it.</summary>
    public TimeSpan MaxStall { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The most elements that one request's tensors have together as JSON or as texts. What comes as bytes is bounded by the body.</summary>
    public int MaxElements { get; init; } = 16 << 20;

    /// <summary>The folder of models that are served as they are.</summary>
    public ModelFolderOptions Models { get; init; } = new();

    /// <summary>How deployments are run that do not say it themselves.</summary>
    public ServeSettings Serve { get; init; } = ServeSettings.Default;

    /// <summary>
    /// Answers of at least so many bytes are packed when the caller takes it (<c>Accept-Encoding</c>). Packing costs about a millisecond for every 100 kB, which only a slow network wins back, so small
    /// answers go as they are.
    /// </summary>
    public int CompressFromBytes { get; init; } = 64 << 10;

    /// <summary>The deployment that answers requests to <c>/invocations</c>, which names none; null for the only one.</summary>
    public string? Default { get; init; }
}
