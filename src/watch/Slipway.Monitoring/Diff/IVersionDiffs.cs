using Slipway.Core.Errors;
using Slipway.Core.Names;

namespace Slipway.Monitoring.Diff;

/// <summary>Compares two versions: what is known of them, and what both make of the same rows. It loads both models, so comparisons come one after the other.</summary>
public interface IVersionDiffs
{
    /// <summary>The most rows that both score.</summary>
    const int MaxRows = 10_000;

    /// <summary>The most recorded requests of a deployment that are looked at.</summary>
    const int MaxRequests = 500;

    /// <summary>The comparison. What cannot be compared (no data, an artifact that is gone, other inputs) is told in its place, and the rest is compared.</summary>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.NotFound"/>: there is no such version; <see cref="ErrorKind.InvalidInput"/>: both are the same; <see cref="ErrorKind.Unavailable"/>: too many comparisons wait;
    /// <see cref="ErrorKind.Timeout"/>: it took longer than two minutes.
    /// </exception>
    Task<VersionDiff> CompareAsync(VersionReference a, VersionReference b, CancellationToken cancellationToken);
}
