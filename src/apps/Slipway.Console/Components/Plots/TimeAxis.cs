using System.Globalization;
using Slipway.Console.Reading;

namespace Slipway.Console.Components.Plots;

/// <summary>A level axis of event time (UTC), with marks at round times. Plots that share one stand under each other.</summary>
/// <param name="From">Its beginning.</param>
/// <param name="To">Its end.</param>
/// <param name="Ticks">Its marks.</param>
/// <param name="Title">What stands under it: event time, its zone, and the days that it spans.</param>
public sealed record TimeAxis(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<Tick> Ticks, string Title)
{
    // As many as stand beside each other on a desk; on a phone the style sheet leaves out every second one.
    private const int MostTicks = 8;

    private static readonly int[] Minutes = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2 * 1440, 3 * 1440, 7 * 1440, 14 * 1440];
    private static readonly int[] Months = [1, 2, 3, 6, 12, 24, 60, 120];

    /// <summary>An axis between two times; at least a minute, so that a single moment stands somewhere.</summary>
    public static TimeAxis Between(DateTimeOffset from, DateTimeOffset to)
    {
        (from, to) = (from.ToUniversalTime(), to.ToUniversalTime());
        if (to - from < TimeSpan.FromMinutes(1))
        {
            to = from.AddMinutes(1);
        }

        var title = from.Date == to.Date ? $"event time (UTC), {Say.Day(from)}" : $"event time (UTC), {Say.Day(from)} to {Say.Day(to)}";
        var axis = new TimeAxis(from, to, [], title);
        return axis with { Ticks = [.. axis.Marks()] };
    }

    /// <summary>Where a time stands: 0 at the beginning, 1 at the end.</summary>
    public double Place(DateTimeOffset at) => (at - From) / (To - From);

    /// <summary>Whether a time stands on it.</summary>
    public bool Holds(DateTimeOffset at) => at >= From && at <= To;

    /// <summary>Where a time stands, as a coordinate of 0 … 100; what lies outside stands at its end.</summary>
    public string X(DateTimeOffset at) => Say.Place(Math.Clamp(Place(at), 0, 1) * 100);

    private IEnumerable<Tick> Marks()
    {
        var minutes = Array.Find(Minutes, m => (To - From).TotalMinutes / m <= MostTicks);
        if (minutes > 0)
        {
            // Whole steps since the epoch, which began at midnight; weeks from a Monday.
            var (step, shift) = (TimeSpan.FromMinutes(minutes).Ticks, minutes % (7 * 1440) == 0 ? TimeSpan.FromDays(4).Ticks : 0);
            var first = (From - DateTimeOffset.UnixEpoch).Ticks - shift;
            for (var at = DateTimeOffset.UnixEpoch.AddTicks(((first + step - 1) / step * step) + shift); at <= To; at = at.AddTicks(step))
            {
                yield return new Tick(Place(at), at.ToString(at.TimeOfDay == TimeSpan.Zero ? "d MMM" : "HH:mm", CultureInfo.InvariantCulture));
            }

            yield break;
        }

        var months = Array.Find(Months, m => (To - From).TotalDays / 30.5 / m <= MostTicks);
        months = months == 0 ? Months[^1] : months;
        var month = (((From.Year * 12) + From.Month - 1 + months - 1) / months * months) - months;
        for (; ; month += months)
        {
            var at = new DateTimeOffset(month / 12, (month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero);
            if (at > To)
            {
                yield break;
            }

            if (at >= From)
            {
                yield return new Tick(Place(at), at.ToString(at.Month == 1 ? "yyyy" : "MMM", CultureInfo.InvariantCulture));
            }
        }
    }
}
