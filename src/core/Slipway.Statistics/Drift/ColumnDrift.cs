namespace Slipway.Statistics.Drift;

/// <summary>Placeholder of the contract; the implementation replaces this file.</summary>
public enum DriftVerdict
{
    /// <summary>Ok.</summary>
    Ok,

    /// <summary>Drift.</summary>
    Drift,

    /// <summary>Insufficient data.</summary>
    InsufficientData,
}

/// <summary>Placeholder of the contract; the implementation replaces this file.</summary>
public sealed record ColumnDrift;
