using Slipway.Console.Reading;

namespace Slipway.Console.Components.Plots;

/// <summary>A mark on an axis.</summary>
/// <param name="Place">0 at the beginning of the axis, 1 at its end.</param>
/// <param name="Text">What stands there.</param>
public sealed record Tick(double Place, string Text);

/// <summary>A linear axis between two values, with round marks.</summary>
/// <param name="Low">The value at its beginning.</param>
/// <param name="High">The value at its end.</param>
/// <param name="Ticks">Its marks.</param>
public sealed record Axis(double Low, double High, IReadOnlyList<Tick> Ticks)
{
    /// <summary>Where a value stands: 0 at the beginning, 1 at the end.</summary>
    public double Place(double value) => High > Low ? (value - Low) / (High - Low) : 0.5;

    /// <summary>An axis from zero to a round value of at least <paramref name="high"/>.</summary>
    public static Axis FromZero(double high, int marks = 3)
    {
        var step = RoundStep((high > 0 ? high : 1) / marks);
        return Marked(0, Math.Ceiling((high > 0 ? high : 1) / step) * step, step);
    }

    /// <summary>An axis that holds all values, beginning and ending at round ones.</summary>
    public static Axis Around(double low, double high, int marks = 3)
    {
        if (high - low <= Math.Max(Math.Abs(low), Math.Abs(high)) * 1e-12 || high - low < 1e-300)
        {
            // All values are the same, or too near each other for marks between them: give it room, so that the mark stands in the middle.
            var room = Math.Abs(low) < 1e-290 ? 1 : Math.Abs(low) * 0.1;
            (low, high) = (low - room, high + room);
        }

        var step = RoundStep((high - low) / marks);
        return Marked(Math.Floor(low / step) * step, Math.Ceiling(high / step) * step, step);
    }

    /// <summary>An axis of powers of ten: its values are decimal logarithms, its marks the numbers that they stand for.</summary>
    public static Axis PowersOfTen(double low, double high, int marks = 4)
    {
        var step = Math.Max(1, (int)Math.Ceiling((high - low) / marks));
        var (first, last) = ((int)Math.Floor(low / step) * step, (int)Math.Ceiling(high / step) * step);
        last = last > first ? last : first + step;
        return new Axis(first, last, [.. Enumerable.Range(0, ((last - first) / step) + 1).Select(i => new Tick((double)(i * step) / (last - first), Say.PowerOfTen(first + (i * step))))]);
    }

    private static Axis Marked(double low, double high, double step)
    {
        var ticks = new List<Tick>();
        var count = (int)Math.Round((high - low) / step);
        for (var i = 0; i <= count; i++)
        {
            var value = low + (i * step);
            ticks.Add(new Tick((double)i / count, Say.Number(Math.Abs(value) < step * 1e-9 ? 0 : value)));
        }

        // Four digits may be too few where the marks lie close: 0.99991, 0.99992.
        var differ = ticks.DistinctBy(tick => tick.Text).Count() == ticks.Count;
        return new Axis(low, high, differ ? ticks : [.. ticks.Select((tick, i) => tick with { Text = Say.Number(low + (i * step), step) })]);
    }

    // 1, 2 or 5 times a power of ten.
    private static double RoundStep(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        return (step / power) switch
        {
            <= 1 => power,
            <= 2 => 2 * power,
            <= 5 => 5 * power,
            _ => 10 * power,
        };
    }
}
