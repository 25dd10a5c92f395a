namespace Slipway.Statistics.Sequential;

/// <summary>What was observed since the last look under one weight: how often each edge of <see cref="LossBins"/> occurred in each arm.</summary>
/// <param name="Weight">
/// The candidate's probability when the units were assigned, between 0 and 1 (exclusive; at 0 or 1 there is nothing to compare with). The weight then in force, not the one at the
/// look: a label may arrive when the weight has long changed.
/// </param>
/// <param name="Candidate">Units of the candidate by edge, 0 … 256. Edges without any may be left out.</param>
/// <param name="Stable">Units of the stable version by edge.</param>
public sealed record LossCounts(double Weight, IReadOnlyDictionary<int, long> Candidate, IReadOnlyDictionary<int, long> Stable);
