using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Core;
using Slipway.Monitoring.Profiles;
using Slipway.Monitoring.Watching;
using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Alerts;

/// <summary>Puts what a window says into sentences, with the numbers beside them.</summary>
internal static class AlertSentences
{
    /// <summary>A column against the training data.</summary>
    public static Finding Drift(ColumnDrift drift, DriftLimits limits, string segment)
    {
        var outcome = drift.Verdict switch
        {
            DriftVerdict.Drift => FindingOutcome.Breach,
            DriftVerdict.Ok => FindingOutcome.Ok,
            _ => FindingOutcome.Insufficient,
        };
        var unseen = drift is { Verdict: DriftVerdict.Drift, Unseen: > 0 } ? Text($"; {100 * drift.Unseen:0.#} % of the values are new") : "";
        return new Finding("drift", drift.Column, segment, outcome, $"{DriftSentence.Of(drift, limits)}{unseen}{Where(segment)}", Json(drift));
    }

    /// <summary>Quality against the baseline. Where inputs moved, the one that moved most is named: it is the first thing that whoever reads this looks for.</summary>
    public static Finding Performance(QualityVerdict quality, IReadOnlyList<ColumnDrift> drift, string segment)
    {
        var interval = $"{quality.Metric} {Number(quality.Value)} (95 % interval {Number(quality.Low)} to {Number(quality.High)})";
        var (outcome, sentence) = quality.Verdict switch
        {
            QualityJudge.Worse => (FindingOutcome.Breach, $"{interval} is worse than {Number(quality.Limit)}, its limit{Where(segment)}{Cause(drift)}"),
            QualityJudge.Ok => (FindingOutcome.Ok, $"{interval} is not worse than {Number(quality.Limit)}, its limit{Where(segment)}"),
            _ => (FindingOutcome.Insufficient, $"{interval} rests on {quality.Labels} labels, too few to tell{Where(segment)}"),
        };
        var evidence = Json(quality);
        if (MovedMost(drift) is { } moved)
        {
            evidence["cause"] = moved.Column;
        }

        return new Finding("performance", quality.Metric, segment, outcome, sentence, evidence);
    }

    // Of the inputs: that the answers moved is what the error is about, and no cause of it.
    private static ColumnDrift? MovedMost(IReadOnlyList<ColumnDrift> drift) =>
        drift.Where(d => d.Verdict == DriftVerdict.Drift && d.Column != PredictionOutput.Name).MaxBy(d => d.Psi ?? d.MissingPsi ?? 0);

    private static string Cause(IReadOnlyList<ColumnDrift> drift)
    {
        var most = MovedMost(drift);
        return most switch
        {
            null => "",
            { Psi: null } or { MissingDrifted: true } => Text($"; {most.Column} moved most: missing {100 * most.MissingBaseline:0.#} % → {100 * most.MissingCurrent:0.#} %"),
            { MeanBaseline: { } before, MeanCurrent: { } now } => Text($"; {most.Column} moved most: PSI {most.Psi:F2}, mean {Number(before)} → {Number(now)}"),
            { Moved: { } bin } => Text($"; {most.Column} moved most: PSI {most.Psi:F2}, {bin.Bin} {100 * bin.Baseline:0.#} % → {100 * bin.Current:0.#} %"),
            _ => Text($"; {most.Column} moved most: PSI {most.Psi:F2}"),
        };
    }

    private static string Where(string segment) => segment.Length == 0 ? "" : $", where {segment}";

    private static JsonObject Json<T>(T evidence) => JsonSerializer.SerializeToNode(evidence, SlipwayJson.Options)!.AsObject();

    // Three digits, and never an exponent that people have to read twice.
    private static string Number(double value) => Math.Abs(value) is >= 100 and < 1e9 ? value.ToString("0", CultureInfo.InvariantCulture) : value.ToString("G3", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
