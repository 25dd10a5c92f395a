using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Core.Projects;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Profiles;

namespace Slipway.Monitoring.Watching;

/// <summary>Says whether the calls of a window took too long, or failed too often.</summary>
internal static class CallJudge
{
    // Every bucket looks again, so a look must be rarely wrong: one error of three calls against a limit of 1 % has probability 0.03 and is none.
    private const double Significance = 0.001;

    // Fewer calls say nothing good either.
    private const long FewestCalls = 30;

    /// <summary>The share of failed calls against its limit: a breach when it is above and so many failures would be that unlikely at the limit (exact binomial).</summary>
    /// <remarks>
    /// Where a share s of the answers is recorded and all failures are, a recorded call failed with the probability p/(p + s(1 − p)) when any call does with p: so many failures of the recorded
    /// calls are judged by that, which is as exact as without sampling. The share of failures itself counts each answer 1/s times.
    /// </remarks>
    public static Finding Errors(WindowProfile window, string segment, double limit)
    {
        var calls = Math.Round(window.AllCalls);
        var share = calls == 0 ? 0 : window.Errors / window.AllCalls;
        var recorded = window.Calls == 0 ? 1 : window.Calls / (window.Calls + window.Unrecorded.Odds);
        var probability = TailProbability.AtLeast(window.Errors, window.Calls, recorded < 1 ? limit / (limit + (recorded * (1 - limit))) : limit);
        var evidence = new JsonObject
        {
            ["calls"] = (long)calls,
            ["errors"] = window.Errors,
            ["share"] = share,
            ["limit"] = limit,
            ["probability"] = probability,
        };
        if (recorded < 1)
        {
            evidence["recorded"] = window.Calls;
        }

        var sentence = Text($"{window.Errors:N0} of {(recorded < 1 ? "about " : "")}{calls:N0} calls failed ({Percent(share)}); the limit is {Percent(limit)}");
        return new Finding("errors", "error_rate", segment, Say(share > limit, probability, window.Calls), sentence, evidence);
    }

    /// <summary>A percentile of the time of an answer against its limit: a breach when it is above and so many slow calls would be that unlikely if it were just at the limit (exact binomial).</summary>
    public static Finding Latency(WindowProfile window, string segment, LatencyLimit limit)
    {
        var milliseconds = limit.Limit.TotalMilliseconds;
        var name = Text($"p{limit.Quantile * 100:0.##}");
        var calls = window.Latency.Count;
        var value = window.Latency.Quantile(limit.Quantile) ?? 0;
        var slow = window.Latency.CountAbove(milliseconds);
        var probability = TailProbability.AtLeast(slow, calls, 1 - limit.Quantile);
        var evidence = new JsonObject
        {
            ["calls"] = calls,
            ["milliseconds"] = value,
            ["limit"] = milliseconds,
            ["slow"] = slow,
            ["probability"] = probability,
        };
        var sentence = Text($"{name} is {value:#,0.##} ms over {calls:N0} calls; the limit is {milliseconds:#,0.##} ms");
        return new Finding("latency", name, segment, Say(value > milliseconds, probability, calls), sentence, evidence);
    }

    private static FindingOutcome Say(bool beyond, double probability, long calls) =>
        beyond ? (probability < Significance ? FindingOutcome.Breach : FindingOutcome.Insufficient)
        : calls < FewestCalls ? FindingOutcome.Insufficient
        : FindingOutcome.Ok;

    private static string Percent(double share) => Text($"{share * 100:0.##} %");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
