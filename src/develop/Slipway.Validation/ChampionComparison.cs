using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Statistics.Quality;

namespace Slipway.Validation;

/// <summary>
/// Judges whether a candidate is worse than the live version by more than a margin: the difference of the metric on the same rows, with the interval of a paired bootstrap. Both versions
/// are measured on each sample, so what makes rows hard for both cancels out.
/// </summary>
internal static class ChampionComparison
{
    /// <param name="gate">What the project asks for.</param>
    /// <param name="champion">The live version.</param>
    /// <param name="job">The rows, and how they are ordered.</param>
    /// <param name="candidate">The candidate's scores of them.</param>
    /// <param name="resample">The interval of a statistic of resampled rows.</param>
    /// <param name="cancellationToken">Ends the scoring.</param>
    public static async Task<GateResult> JudgeAsync(
        ChampionGate gate, Champion champion, ValidationJob job, ScoredRows candidate, Func<Func<int[], double?>, Interval?> resample, CancellationToken cancellationToken)
    {
        ScoredRows live;
        try
        {
            using var model = await champion.LoadAsync(cancellationToken);
            live = ModelScorer.Score(model, candidate.Task, job.Label, job.HeldOut, cancellationToken);
        }
        catch (SlipwayException exception)
        {
            return Untold(gate, champion, job.HeldOut.Rows, $"{champion.Version}, which is live, cannot be scored on the held-out rows: {exception.Message} "
                + "Bring the data back into the form that it takes, or leave validate.champion out for this change.");
        }

        return Judge(gate, champion, candidate, live, resample);
    }

    private static GateResult Judge(ChampionGate gate, Champion champion, ScoredRows candidate, ScoredRows live, Func<Func<int[], double?>, Interval?> resample)
    {
        var rows = candidate.Truth.Length;
        var sign = QualityMetrics.HigherIsBetter(gate.Metric) ? -1 : 1;
        var (ours, theirs) = (QualityMetrics.Compute(gate.Metric, candidate), QualityMetrics.Compute(gate.Metric, live));
        if (ours is not { } value || theirs is not { } champions)
        {
            return Untold(gate, champion, rows, $"{gate.Metric} has no value on the {Gates.Rows(rows)} for one of the two versions, because a denominator is zero: whether it is worse than {champion.Version} cannot be told.");
        }

        var values = $"{gate.Metric} is {Gates.Figure(value)} and that of {champion.Version}, which is live, {Gates.Figure(champions)}";
        var margin = gate.Margin.Relative ? gate.Margin.Value * Math.Abs(champions) : gate.Margin.Value;
        var limit = $"<= {Gates.Figure(margin)}";
        var difference = sign * (value - champions);
        if (resample(sample => sign * (QualityMetrics.Compute(gate.Metric, candidate, sample) - QualityMetrics.Compute(gate.Metric, live, sample))) is not { } interval)
        {
            return new GateResult(
                Name(gate), Verdict.Inconclusive, limit, difference, null, null, rows, $"{values}, but {Gates.Rows(rows)} are too few for an interval: whether it is worse by more than {gate.Margin} cannot be told.");
        }

        var (verdict, judgement) = interval.High <= margin ? (Verdict.Pass, $"it is not worse by more than {gate.Margin}")
            : interval.Low > margin ? (Verdict.Fail, $"it is worse by more than {gate.Margin}")
            : (Verdict.Inconclusive, $"whether it is worse by more than {gate.Margin} cannot be told from these rows");
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"{values}: worse by {Gates.Figure(difference)} (95 % interval {Gates.Figure(interval.Low)} to {Gates.Figure(interval.High)}, {Gates.Rows(rows)}, paired), with {Gates.Figure(margin)} allowed: {judgement}.");
        return new GateResult(Name(gate), verdict, limit, difference, interval.Low, interval.High, rows, sentence);
    }

    private static GateResult Untold(ChampionGate gate, Champion champion, int rows, string sentence) =>
        new(Name(gate), Verdict.Inconclusive, $"{gate.Margin} of {champion.Version}", null, null, null, rows, sentence);

    private static string Name(ChampionGate gate) => $"champion.{gate.Metric}";
}
