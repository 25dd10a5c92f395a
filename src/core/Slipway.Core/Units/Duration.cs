using System.Globalization;

namespace Slipway.Core.Units;

/// <summary>Lengths of time as people write them: <c>500 ms</c>, <c>10 s</c>, <c>5 m</c>, <c>2 h</c>, <c>14 d</c>.</summary>
public static class Duration
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Rule = "a duration with its unit (ms, s, m, h or d), such as 500 ms or 5 m";

    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    /// <summary>Parses a number and its unit; false for anything else, for negative and for what a <see cref="TimeSpan"/> cannot hold.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan value)
    {
        value = default;
        if (!Quantity.TrySplit(text, out var number, out var unit) || number < 0)
        {
            return false;
        }

        foreach (var (name, ticks) in Units)
        {
            if (unit.SequenceEqual(name) && number <= long.MaxValue / ticks)
            {
                value = TimeSpan.FromTicks((long)(number * ticks));
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes a duration so that <see cref="TryParse"/> gives it back exactly, in the largest unit that needs no fraction: <c>90 s</c>.</summary>
    public static string Format(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
        foreach (var (name, ticks) in Units)
        {
            if (value.Ticks != 0 && value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks} {name}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)value.Ticks / TimeSpan.TicksPerMillisecond} ms");
    }
}
