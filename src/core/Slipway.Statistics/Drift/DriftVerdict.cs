using System.Text.Json.Serialization;

namespace Slipway.Statistics.Drift;

/// <summary>What a comparison says.</summary>
public enum DriftVerdict
{
    /// <summary>No effect beyond the limits, or none that chance does not explain.</summary>
    Ok,

    /// <summary>An effect beyond its limit that chance does not explain.</summary>
    Drift,

    /// <summary>Too few rows to tell. Never a success.</summary>
    [JsonStringEnumMemberName("insufficient data")]
    InsufficientData,
}
