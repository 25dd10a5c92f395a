using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>Moments and durations as JSON has them of protobuf: <c>2026-05-04T12:00:00.250Z</c> and <c>1.250s</c>. What is finer than a millisecond is not kept.</summary>
internal static partial class WireTime
{
    // Nanoseconds have nine digits, of which a DateTimeOffset takes seven.
    [GeneratedRegex(@"^(?<whole>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?<fraction>\.\d{1,9})?(?<zone>[Zz]|[+-]\d\d:\d\d)\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Timestamp();

    [GeneratedRegex(@"^-?\d{1,12}(\.\d{1,9})?s\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Duration();

    /// <summary>A moment in milliseconds since 1970; null when absent.</summary>
    public static long? Timestamp(this MlflowFields fields, string name)
    {
        if (fields.Text(name) is not { } text)
        {
            return null;
        }

        var match = Timestamp().Match(text);
        if (match.Success)
        {
            var fraction = match.Groups["fraction"].Value;
            var whole = $"{match.Groups["whole"].Value}{(fraction.Length > 8 ? fraction[..8] : fraction)}{match.Groups["zone"].Value}";
            if (DateTimeOffset.TryParse(whole, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) && moment.ToUnixTimeMilliseconds() >= 0)
            {
                return moment.ToUnixTimeMilliseconds();
            }
        }

        throw fields.Invalid(name, text, "It is a moment from 1970 on, such as 2026-05-04T12:00:00.250Z.");
    }

    /// <summary>A duration in milliseconds; null when absent.</summary>
    public static long? Duration(this MlflowFields fields, string name)
    {
        if (fields.Text(name) is not { } text)
        {
            return null;
        }

        return Duration().IsMatch(text)
            && decimal.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds >= 0 && seconds * 1000 <= TraceLimits.LongestDuration
            ? (long)(seconds * 1000)
            : throw fields.Invalid(name, text, "It is a number of seconds that is not negative, such as 1.250s.");
    }

    public static void WriteTimestamp(this Utf8JsonWriter json, string name, long milliseconds) => json.WriteString(
        name,
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString(milliseconds % 1000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));

    public static void WriteDuration(this Utf8JsonWriter json, string name, long milliseconds) => json.WriteString(
        name, string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000}{(milliseconds % 1000 == 0 ? "" : $".{milliseconds % 1000:000}")}s"));
}
