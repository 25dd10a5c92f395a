using System.Globalization;

namespace Slipway.Registry.Cards.Rendering;

/// <summary>How a card writes values: one way in every form.</summary>
public static class CardText
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>A value for people: numbers with four significant digits, moments in UTC, <c>–</c> for nothing.</summary>
    public static string Of(object? value) => value switch
    {
        null => "–",
        string text => text.Length == 0 ? "–" : text,
        bool flag => flag ? "yes" : "no",
        double number => Number(number),
        int or long => ((IFormattable)value).ToString("N0", Plain),
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", Plain),
        _ => Convert.ToString(value, Plain) ?? "–",
    };

    /// <summary>True for a column that stands at the right: it has numbers and nothing else.</summary>
    public static bool IsNumbers(CardTable table, int column) =>
        table.Rows.Any(row => IsNumber(row[column])) && table.Rows.All(row => row[column] is null || IsNumber(row[column]));

    private static bool IsNumber(object? value) => value is double or int or long;

    private static string Number(double value) => !double.IsFinite(value) ? "–"
        : value == Math.Floor(value) && Math.Abs(value) < 1e15 ? value.ToString("#,0", Plain)
        : value.ToString(Math.Abs(value) is >= 1000 and < 1e15 ? "#,0.#" : "G4", Plain);
}
