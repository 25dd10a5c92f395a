using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Outcomes;

/// <summary>A truth with the prediction that it belongs to.</summary>
/// <param name="Source">Who predicted.</param>
/// <param name="PredictionId">The prediction's id.</param>
/// <param name="Unit">The randomised unit; 0 for a row that was not randomised.</param>
/// <param name="PredictedAt">The prediction's event time.</param>
/// <param name="KnownAt">When the truth became known, in event time; never before <paramref name="PredictedAt"/>.</param>
/// <param name="Label">The truth, as it was sent.</param>
/// <param name="Scores">The first output's numbers: the value of a regression, the positive class's score of a binary model, one score a class of a multiclass one.</param>
/// <param name="Segments">Values by segment: of the request's own segments, and of the inputs that the project or the rollout names as segments (numbers as invariant text); missing values are left out. More may be there.</param>
internal sealed record JoinedOutcome(
    PredictionSource Source,
    string PredictionId,
    ulong Unit,
    DateTimeOffset PredictedAt,
    DateTimeOffset KnownAt,
    string Label,
    double[] Scores,
    IReadOnlyDictionary<string, string> Segments);
