using System.Text.Json.Nodes;

namespace Slipway.Monitoring.Alerts;

/// <summary>A breach that is, or was, there.</summary>
/// <param name="Id">The alert's id.</param>
/// <param name="Deployment">The deployment.</param>
/// <param name="Monitor"><c>drift</c>, <c>performance</c>, <c>latency</c> or <c>errors</c>.</param>
/// <param name="Subject">The column, metric or percentile.</param>
/// <param name="Segment">Empty for all requests, else <c>workingday=1</c>.</param>
/// <param name="Version">The version that it is about.</param>
/// <param name="Firing">True until it is resolved.</param>
/// <param name="FiredAt">When it was found, in event time: the end of the window.</param>
/// <param name="ResolvedAt">When it was over, in event time; null while it fires.</param>
/// <param name="Sentence">One sentence for people: "temp drifted: PSI 0.41, 2 160 rows against 5 000; mean 0.33 → 0.61".</param>
/// <param name="Evidence">The numbers behind the sentence.</param>
public sealed record AlertState(
    string Id,
    string Deployment,
    string Monitor,
    string Subject,
    string Segment,
    string Version,
    bool Firing,
    DateTimeOffset FiredAt,
    DateTimeOffset? ResolvedAt,
    string Sentence,
    JsonObject Evidence);
