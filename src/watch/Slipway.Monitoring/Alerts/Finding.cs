using System.Text.Json.Nodes;

namespace Slipway.Monitoring.Alerts;

/// <summary>What a window says about one thing that is watched.</summary>
/// <param name="Monitor"><c>drift</c>, <c>performance</c>, <c>latency</c> or <c>errors</c>.</param>
/// <param name="Subject">The column, metric or percentile.</param>
/// <param name="Segment">Empty for all requests, else <c>workingday=1</c>.</param>
/// <param name="Outcome">What it says.</param>
/// <param name="Sentence">For people.</param>
/// <param name="Evidence">The numbers behind the sentence.</param>
internal sealed record Finding(string Monitor, string Subject, string Segment, FindingOutcome Outcome, string Sentence, JsonObject Evidence);

/// <summary>What a window can say.</summary>
internal enum FindingOutcome
{
    /// <summary>Too little to tell: nothing changes.</summary>
    Insufficient,

    /// <summary>Within its limit.</summary>
    Ok,

    /// <summary>Beyond its limit, with evidence.</summary>
    Breach,
}
