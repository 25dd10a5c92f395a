using System.Globalization;
using Slipway.Core.Projects;
using Slipway.Statistics.Quality;

namespace Slipway.Validation;

/// <summary>Judges a limit by a value's interval. Pure.</summary>
internal static class Gates
{
    public static GateResult Judge(MetricLimit limit, double? value, Interval? interval, int rows)
    {
        var gate = $"performance.{limit.Metric}";
        if (value is not { } known)
        {
            return new GateResult(
                gate, Verdict.Inconclusive, limit.Text, null, null, null, rows, $"{limit.Metric} has no value on the {Rows(rows)}, because a denominator is zero: whether {limit.Text} is kept cannot be told.");
        }

        if (interval is null)
        {
            return new GateResult(
                gate, Verdict.Inconclusive, limit.Text, known, null, null, rows, $"{limit.Metric} is {Figure(known)}, but {Rows(rows)} are too few for an interval: whether {limit.Text} is kept cannot be told.");
        }

        var verdict = Compare(limit, interval);
        var judgement = verdict switch
        {
            Verdict.Pass => $"{limit.Text} is kept",
            Verdict.Fail => $"{limit.Text} is missed",
            _ => $"whether {limit.Text} is kept cannot be told from these rows",
        };
        return new GateResult(
            gate, verdict, limit.Text, known, interval.Low, interval.High, rows, $"{limit.Metric} is {Figure(known)} (95 % interval {Figure(interval.Low)} to {Figure(interval.High)}, {Rows(rows)}): {judgement}.");
    }

    private static Verdict Compare(MetricLimit limit, Interval interval)
    {
        var (inside, outside) = limit.Operator switch
        {
            "<" => (interval.High < limit.Value, interval.Low >= limit.Value),
            "<=" => (interval.High <= limit.Value, interval.Low > limit.Value),
            ">" => (interval.Low > limit.Value, interval.High <= limit.Value),
            ">=" => (interval.Low >= limit.Value, interval.High < limit.Value),
            _ => throw new ArgumentException($"'{limit.Operator}' is no comparison.", nameof(limit)),
        };
        return inside ? Verdict.Pass : outside ? Verdict.Fail : Verdict.Inconclusive;
    }

    /// <summary>How many rows, in words.</summary>
    public static string Rows(int rows) => string.Create(CultureInfo.InvariantCulture, $"{rows:N0} held-out rows");

    /// <summary>Four significant digits, but no digit before the point is rounded away.</summary>
    public static string Figure(double value) => value.ToString(Math.Abs(value) >= 1000 ? "N0" : "G4", CultureInfo.InvariantCulture);
}
