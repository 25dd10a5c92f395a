using System.Globalization;
using Slipway.Core.Names;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Watch.Tests.Monitoring.Watching;

/// <summary>Traffic of the line, with its truths: seeded, so that every test meets the same rows.</summary>
internal sealed class LineTraffic(string deployment, VersionReference version, int seed = 11)
{
    private readonly Random _random = new(seed);
    private int _ids;

    public string Role { get; init; } = "stable";

    /// <summary>Added to every truth: how wrong the model is.</summary>
    public double Bias { get; set; }

    /// <summary>Added to every x.</summary>
    public double Shift { get; set; }

    public Func<double, double> X { get; set; } = x => x;

    public Func<string, string?> Colour { get; set; } = colour => colour;

    public double Milliseconds { get; set; } = 5;

    /// <summary>So many rows, one after the other from <paramref name="from"/> on within <paramref name="span"/>.</summary>
    public (PredictionBatch Batch, JoinedOutcome[] Outcomes) Next(DateTimeOffset from, TimeSpan span, int rows, int failed = 0)
    {
        var count = rows + failed;
        var at = Enumerable.Range(0, count).Select(i => (from + (span * i / count)).UtcTicks).ToArray();
        var xs = new double[count];
        var colours = new string?[count];
        var answers = new double[count];
        var truths = new double[count];
        for (var i = 0; i < rows; i++)
        {
            var (x, colour) = ((_random.NextDouble() * 10) + Shift, _random.Next(2) == 0 ? "red" : "blue");
            (xs[i], colours[i]) = (X(x), Colour(colour));
            answers[i] = (3 * x) + (colour == "red" ? 5 : 0);
            truths[i] = answers[i] + (2 * (_random.NextDouble() - 0.5)) + Bias;
        }

        for (var i = rows; i < count; i++)
        {
            xs[i] = answers[i] = double.NaN;
        }

        var batch = new PredictionBatch
        {
            Source = new PredictionSource(deployment, version, Role, null, 0),
            Rows = count,
            Ids = [.. Enumerable.Range(0, count).Select(_ => $"{version}-{Role}-{_ids++}")],
            EventTimes = at,
            Arrivals = at,
            Milliseconds = [.. Enumerable.Repeat(Milliseconds, count)],
            Failed = [.. Enumerable.Range(0, count).Select(i => i >= rows)],
            Keys = new string?[count],
            Units = new ulong[count],
            Segments = new Dictionary<string, string?[]>(),
            Inputs = [new NumberValues("x", xs), new TextValues("colour", colours)],
            Outputs = [new NumberValues("y", answers)],
        };
        return (batch, [.. Enumerable.Range(0, rows).Select(i => Outcome(batch, i, truths[i]))]);
    }

    /// <summary>The same rows in pieces.</summary>
    public static IEnumerable<PredictionBatch> Cut(PredictionBatch batch, int pieces)
    {
        var size = (batch.Rows + pieces - 1) / pieces;
        for (var first = 0; first < batch.Rows; first += size)
        {
            var rows = first..Math.Min(batch.Rows, first + size);
            yield return batch with
            {
                Rows = rows.End.Value - first,
                Ids = batch.Ids[rows],
                EventTimes = batch.EventTimes[rows],
                Arrivals = batch.Arrivals[rows],
                Milliseconds = batch.Milliseconds[rows],
                Failed = batch.Failed[rows],
                Keys = batch.Keys[rows],
                Units = batch.Units[rows],
                Inputs = [.. batch.Inputs.Select(input => Cut(input, rows))],
                Outputs = [.. batch.Outputs.Select(output => Cut(output, rows))],
            };
        }
    }

    private static LoggedColumn Cut(LoggedColumn column, Range rows) => column switch
    {
        NumberValues numbers => numbers with { Values = numbers.Values[rows] },
        TextValues texts => texts with { Values = texts.Values[rows] },
        _ => column,
    };

    private static JoinedOutcome Outcome(PredictionBatch batch, int row, double truth)
    {
        var at = new DateTimeOffset(batch.EventTimes[row], TimeSpan.Zero);
        var segments = ((TextValues)batch.Inputs[1]).Values[row] is { } colour ? new Dictionary<string, string> { ["colour"] = colour } : [];
        return new JoinedOutcome(
            batch.Source, batch.Ids[row], 0, at, at, truth.ToString(CultureInfo.InvariantCulture), [((NumberValues)batch.Outputs[0]).Values[row]], segments);
    }
}
