using System.Globalization;

namespace Slipway.Storage;

/// <summary>How a moment is kept in a text column: ISO 8601 in UTC with seven decimals, so that text order is the order of time.</summary>
public static class StoredTime
{
    /// <summary>The text of a moment: <c>2026-11-24T08:30:00.0000000Z</c>.</summary>
    public static string Format(DateTimeOffset moment) => moment.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>The moment of a text.</summary>
    public static DateTimeOffset Parse(string text) => DateTimeOffset.ParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
