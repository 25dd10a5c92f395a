namespace Slipway.Serving;

/// <summary>Bounds and settings of serving.</summary>
public sealed record ServingOptions
{
    /// <summary>The largest request body, in bytes, also after decompression.</summary>
    public long MaxRequestBytes { get; init; } = 64L << 20;

    /// <summary>The most elements of one request's tensors together.</summary>
    public int MaxElements { get; init; } = 16 << 20;

    /// <summary>The deployment that answers requests to <c>/invocations</c>, which names none; null for the only one.</summary>
    public string? Default { get; init; }
}
