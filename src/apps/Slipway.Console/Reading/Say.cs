using System.Globalization;
using Slipway.Monitoring.Alerts;

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

    /// <summary>A value that somebody logged, which may be no number: 0.0123, NaN, ∞.</summary>
    public static string Logged(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "∞" : "−∞") : Number(value);

    /// <summary>A number with all its digits.</summary>
    public static string Exact(double value) => double.IsFinite(value) ? value.ToString("R", Plain) : Logged(value);

    /// <summary>How long something took: 0.31 s, 12 min 5 s, 3 h 20 min, 2 d 4 h.</summary>
    public static string Took(TimeSpan took) => took switch
    {
        { TotalMinutes: < 1 } => Seconds(took.TotalSeconds),
        { TotalHours: < 1 } => $"{took.Minutes} min {took.Seconds} s",
        { TotalDays: < 1 } => $"{took.Hours} h {took.Minutes} min",
        _ => $"{Count((long)took.TotalDays)} d {took.Hours} h",
    };

    /// <summary>A text of at most so many characters; what is longer is cut.</summary>
    public static string Cut(string text, int longest) => text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)] + "…";

    /// <summary>One of several numbers that differ by <paramref name="step"/>, with the digits that tell them apart.</summary>
    public static string Number(double value, double step)
    {
        var decimals = (int)Math.Clamp(Math.Ceiling(-Math.Log10(step)), 0, 15);
        return decimals <= 12 && Math.Abs(value) < 1e15 ? value.ToString("#,0." + new string('0', decimals), Plain) : value.ToString("0.############e+0", Plain);
    }

    /// <summary>Ten to a whole power: 0.01, 1, 1,000, 10⁶.</summary>
    public static string PowerOfTen(int exponent) => exponent is >= -3 and <= 4
        ? exponent < 0 ? Math.Pow(10, exponent).ToString("0.###", Plain) : Math.Pow(10, exponent).ToString("#,0", Plain)
        : "10" + string.Concat(exponent.ToString(Plain).Select(c => c == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c - '0']));

    /// <summary>A number from its natural logarithm, which may be too large for a number: 0.31, 24, 10⁵².</summary>
    public static string FromLog(double log)
    {
        var decades = log / Math.Log(10);
        return decades is > -3 and < 5 ? Number(Math.Exp(log)) : PowerOfTen((int)Math.Floor(decades));
    }

    /// <summary>A share: 99.4 %.</summary>
    public static string Share(double share) => share is > 0 and < 0.001 ? "< 0.1 %" : (share * 100).ToString("0.#", Plain) + " %";

    /// <summary>A time in milliseconds: 0.40 ms. Zeros at the end stay, so that figures in a column stand under each other.</summary>
    public static string Milliseconds(double? value) => value is { } v ? v.ToString(v < 10 ? "0.00" : v < 100 ? "0.0" : "#,0", Plain) + " ms" : "–";

    /// <summary>A duration in seconds: 1.24 s.</summary>
    public static string Seconds(double value) => value.ToString(value < 10 ? "0.##" : "0.#", Plain) + " s";

    /// <summary>A point in time: 24 Nov 2026 21:58 UTC.</summary>
    public static string Time(DateTimeOffset value) => value.UtcDateTime.ToString("d MMM yyyy HH:mm 'UTC'", Plain);

    /// <summary>A point in time of one request: 24 Nov 2026 21:58:07.312 UTC.</summary>
    public static string Moment(DateTimeOffset value) => value.UtcDateTime.ToString("d MMM yyyy HH:mm:ss.fff 'UTC'", Plain);

    /// <summary>A day: 24 Nov 2026.</summary>
    public static string Day(DateTimeOffset value) => value.UtcDateTime.ToString("d MMM yyyy", Plain);

    /// <summary>An alert's sentence, with the segment that it is about.</summary>
    public static string Alert(AlertState alert) =>
        alert.Segment.Length == 0 || alert.Sentence.Contains(alert.Segment, StringComparison.Ordinal) ? alert.Sentence : $"{alert.Segment}: {alert.Sentence}";

    /// <summary>A version alone, where a record may name its model too: <c>bikes@1.0.0</c> → <c>1.0.0</c>.</summary>
    public static string Version(string version) => version[(version.LastIndexOf('@') + 1)..];

    /// <summary>A point in time for machines.</summary>
    public static string Machine(DateTimeOffset value) => value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", Plain);

    /// <summary>The start of a digest; the whole of it stands in a title or a copy button.</summary>
    public static string Short(string digest) => digest.Length > 12 ? digest[..12] : digest;

    /// <summary>A number as a part of SVG or CSS.</summary>
    public static string Place(double value) => value.ToString("0.###", Plain);
}
