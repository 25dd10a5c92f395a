using System.Globalization;
using Slipway.Tracking.Reading;

namespace Slipway.Console.Components.Plots;

/// <summary>The level axis of a metric's history: its steps; where all values have one step, the time since the first.</summary>
/// <param name="Title">What stands under it.</param>
/// <param name="Ticks">Its marks, at whole steps.</param>
/// <param name="Places">Where each value stands, 0 … 1, in order.</param>
public sealed record StepAxis(string Title, IReadOnlyList<Tick> Ticks, IReadOnlyList<double> Places)
{
    // Beyond, a double does not hold each whole number.
    private const long Exact = 1L << 53;

    private const int Marks = 6;

    /// <summary>The axis of some values in order, at least one.</summary>
    public static StepAxis Of(IReadOnlyList<MetricValue> values)
    {
        var (first, last) = (values[0].Step, values[^1].Step);
        if (first == last)
        {
            var (from, to) = (values.Min(v => v.At), values.Max(v => v.At));
            var span = (to - from).TotalSeconds;
            return new StepAxis(
                "seconds since the first value",
                span > 0 ? Round(0, span, Marks) : [new Tick(0.5, "0")],
                [.. values.Select(v => span > 0 ? (v.At - from).TotalSeconds / span : 0.5)]);
        }

        // Steps are any 64-bit numbers, so their distance is one of 128.
        var length = (double)((Int128)last - first);
        IReadOnlyList<Tick> ticks = first > -Exact && last < Exact
            ? Round(first, last, (int)Math.Min(Marks, length))
            : [new Tick(0, first.ToString("#,0", CultureInfo.InvariantCulture)), new Tick(1, last.ToString("#,0", CultureInfo.InvariantCulture))];
        return new StepAxis("step", ticks, [.. values.Select(v => (double)((Int128)v.Step - first) / length)]);
    }

    // Round marks that lie on the axis, which begins and ends with the values.
    private static List<Tick> Round(double low, double high, int marks)
    {
        var around = Axis.Around(low, high, marks);
        return
        [
            .. around.Ticks
                .Select(tick => tick with { Place = (around.Low + (tick.Place * (around.High - around.Low)) - low) / (high - low) })
                .Where(tick => tick.Place is > -1e-9 and < 1 + 1e-9),
        ];
    }
}
