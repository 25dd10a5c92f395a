using System.Globalization;

namespace Slipway.Console.Reading;

/// <summary>How the console writes figures: one way everywhere.</summary>
internal static class Say
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <summary>A whole number: 17,379.</summary>
    public static string Count(long value) => value.ToString("N0", Plain);

    /// <summary>"1 row", "17,379 rows".</summary>
    public static string Count(long value, string one, string? many = null) => $"{Count(value)} {(value == 1 ? one : many ?? one + "s")}";

    /// <summary>A measure, to four significant digits: 189.5, 0.0123, 1.2e-7.</summary>
    public static string Number(double? value)
    {
        if (value is not { } v)
        {
            return "–";
        }

        var size = Math.Abs(v);
        return size switch
        {
            _ when !double.IsFinite(v) => "–",
            0 => "0",
            >= 1e15 or < 1e-4 => v.ToString("0.###e+0", Plain),
            >= 1000 => v.ToString("#,0", Plain),
            >= 100 => v.ToString("0.#", Plain),
            >= 10 => v.ToString("0.##", Plain),
            >= 1 => v.ToString("0.###", Plain),
            _ => v.ToString("0.#####", Plain),
        };
    }

    /// <summary>A share: 99.4 %.</summary>
    public static string Share(double share) => share is > 0 and < 0.001 ? "< 0.1 %" : (share * 100).ToString("0.#", Plain) + " %";

    /// <summary>A time in milliseconds: 0.40 ms. Zeros at the end stay, so that figures in a column stand under each other.</summary>
    public static string Milliseconds(double? value) => value is { } v ? v.ToString(v < 10 ? "0.00" : v < 100 ? "0.0" : "#,0", Plain) + " ms" : "–";

    /// <summary>A duration in seconds: 1.24 s.</summary>
    public static string Seconds(double value) => value.ToString(value < 10 ? "0.##" : "0.#", Plain) + " s";

    /// <summary>A point in time: 24 Nov 2026 21:58 UTC.</summary>
    public static string Time(DateTimeOffset value) => value.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", Plain);

    /// <summary>A point in time for machines.</summary>
    public static string Machine(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Plain);

    /// <summary>The start of a digest; the whole of it stands in a title or a copy button.</summary>
    public static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;

    /// <summary>A number as a part of SVG or CSS.</summary>
    public static string Place(double value) => value.ToString("0.###", Plain);
}
