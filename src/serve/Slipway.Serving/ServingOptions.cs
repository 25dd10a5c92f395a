using Slipway.Serving.Engine;

namespace Slipway.Serving;

/// <summary>Bounds and settings of serving.</summary>
public sealed record ServingOptions
{
    /// <summary>The largest request body, in bytes, also after decompression.</summary>
    public long MaxRequestBytes { get; init; } = 64L << 20;

    /// <summary>The most elements of one request's tensors together.</summary>
    public int MaxElements { get; init; } = 16 << 20;

    /// <summary>The folder of models that are served as they are.</summary>
    public ModelFolderOptions Models { get; init; } = new();

    /// <summary>How deployments are run that do not say it themselves.</summary>
    public ServeSettings Serve { get; init; } = ServeSettings.Default;
}
