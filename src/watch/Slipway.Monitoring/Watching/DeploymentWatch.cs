using Slipway.Monitoring.Log;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Watching;

/// <summary>What is known about a deployment over a stretch of event time.</summary>
/// <param name="Deployment">The deployment.</param>
/// <param name="Now">The deployment's own now.</param>
/// <param name="Bucket">The length of a point.</param>
/// <param name="Window">The length of the window that each verdict rests on.</param>
/// <param name="Metric">The metric of quality that is watched, or null when no label can be judged.</param>
/// <param name="Points">Traffic by bucket, version and role, oldest first.</param>
/// <param name="Verdicts">Verdicts at the end of each bucket, oldest first.</param>
/// <param name="Log">The prediction log.</param>
/// <param name="Outcomes">Outcomes by what became of them.</param>
public sealed record DeploymentWatch(
    string Deployment,
    DateTimeOffset? Now,
    TimeSpan Bucket,
    TimeSpan Window,
    string? Metric,
    IReadOnlyList<WatchPoint> Points,
    IReadOnlyList<WindowVerdict> Verdicts,
    PredictionLogFigures Log,
    OutcomeFigures Outcomes);

/// <summary>One version in one role in one bucket of event time.</summary>
/// <param name="At">The bucket's start (UTC).</param>
/// <param name="Version">The version.</param>
/// <param name="Role"><c>stable</c>, <c>candidate</c> or <c>previous</c>.</param>
/// <param name="Rows">Rows scored; estimated where a share of them is recorded.</param>
/// <param name="Calls">Calls, failed ones included; estimated where a share of the others is recorded.</param>
/// <param name="Errors">Calls that failed by the server's or the version's fault.</param>
/// <param name="P95">The 95 % quantile of the time of an answer, in milliseconds; null without calls.</param>
/// <param name="Labels">Rows whose truth is known.</param>
/// <param name="Quality">The metric on those rows; null without any.</param>
/// <param name="Revision">How often labels changed the bucket.</param>
/// <param name="Recorded">Rows that were recorded: what the other figures rest on.</param>
public sealed record WatchPoint(
    DateTimeOffset At, string Version, string Role, long Rows, long Calls, long Errors, double? P95, long Labels, double? Quality, int Revision, long Recorded = 0);

/// <summary>What the window that ends here says about the version that was stable then.</summary>
/// <param name="At">The window's end (UTC).</param>
/// <param name="Version">The version.</param>
/// <param name="Segment">Empty for all requests, else <c>workingday=1</c>.</param>
/// <param name="Quality">Quality against the baseline; null before any label.</param>
/// <param name="Drift">Each column against the training data.</param>
/// <param name="DriftVerdict">The columns together.</param>
/// <param name="Rows">Rows of the window that were recorded.</param>
public sealed record WindowVerdict(
    DateTimeOffset At, string Version, string Segment, QualityVerdict? Quality, IReadOnlyList<ColumnDrift> Drift, DriftVerdict DriftVerdict, long Rows);

/// <summary>Quality of a window.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Value">Its value.</param>
/// <param name="Low">The lower end of the 95 % interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="Baseline">Its value on the held-out rows of the training.</param>
/// <param name="Limit">The value beyond which it is worse than allowed.</param>
/// <param name="Labels">Rows whose truth is known.</param>
/// <param name="Coverage">Their share of the window's rows.</param>
/// <param name="Verdict"><c>ok</c>, <c>worse</c> (the whole interval is beyond the limit) or <c>insufficient data</c>.</param>
public sealed record QualityVerdict(string Metric, double Value, double Low, double High, double Baseline, double Limit, long Labels, double Coverage, string Verdict);

/// <summary>Outcomes by what became of them, since the deployment's beginning.</summary>
/// <param name="Received">All that were taken.</param>
/// <param name="Joined">Those whose prediction is known.</param>
/// <param name="Waiting">Those whose prediction is not known (yet).</param>
/// <param name="Duplicate">Those that said again what was known; they change nothing.</param>
/// <param name="Contradicting">Those that said something else than what was known; the first stands.</param>
/// <param name="Early">Those whose time lies before their prediction's; they are joined.</param>
/// <param name="Late">Those that arrived after their window had been judged; the window is revised.</param>
/// <param name="Unknown">Those that waited longer than the limit for a prediction.</param>
/// <param name="NotSampled">Those whose prediction was not recorded, because it does not belong to the sample.</param>
public sealed record OutcomeFigures(long Received, long Joined, long Waiting, long Duplicate, long Contradicting, long Early, long Late, long Unknown, long NotSampled = 0);
