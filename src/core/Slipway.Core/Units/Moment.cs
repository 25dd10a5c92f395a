using System.Globalization;

namespace Slipway.Core.Units;

/// <summary>Moments as people write them: <c>2026-05-03</c>, <c>2026-05-03 14:00</c>, <c>2026-05-03T14:00:00.123Z</c>. UTC where they name no offset.</summary>
public static class Moment
{
    /// <summary>What is allowed, for messages.</summary>
    public const string Rule = "a date such as 2026-05-03, or a moment such as \"2026-05-03 14:00\" or 2026-05-03T14:00:00.123Z (UTC where it names no offset)";

    private static readonly string[] Formats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Parses a moment, in UTC; false for anything else.</summary>
    public static bool TryParse(string? text, out DateTimeOffset moment) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out moment);

    /// <summary>A moment in UTC to the millisecond, as short as it is exact: <c>2026-05-03 14:00</c>, <c>2026-05-03 14:00:07</c>, <c>2026-05-03 14:00:07.250</c>.</summary>
    public static string Format(DateTimeOffset moment)
    {
        var utc = moment.UtcDateTime;
        var format = utc.Millisecond != 0 ? "yyyy-MM-dd HH:mm:ss.fff" : utc.Second != 0 ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd HH:mm";
        return utc.ToString(format, CultureInfo.InvariantCulture);
    }
}
