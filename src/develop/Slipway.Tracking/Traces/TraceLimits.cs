using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>The limits of traces, each said with the field that passes it.</summary>
internal static partial class TraceLimits
{
    public const int TraceId = 50;
    public const int ClientRequestId = 250;
    public const int SearchPage = 500;
    public const int SearchDefault = 100;
    public const int BatchGet = 500;
    public const int LinkedAtOnce = 100;

    /// <summary>The most characters of a preview that a client sends; what is longer is cut, as previews are.</summary>
    public const int Preview = 10_000;

    /// <summary>The most characters of a preview that is made here from a span.</summary>
    public const int OwnPreview = 1000;

    /// <summary>Characters of an assessment's value and of its rationale.</summary>
    public const int AssessmentText = 65_535;

    /// <summary>The most bytes of a request with spans, unpacked, in protobuf and in JSON, which takes more memory to read.</summary>
    public const int SpansBytes = 32 << 20;

    public const int SpansJsonBytes = 8 << 20;

    /// <summary>The most bytes of one span: it becomes objects of many times its size.</summary>
    public const int SpanBytes = 8 << 20;

    /// <summary>The most spans of one request, which are kept in one transaction.</summary>
    public const int Spans = 50_000;

    /// <summary>The last moment of year 9999 and the longest time, which are the bounds of protobuf's timestamps and durations.</summary>
    public const long LastMoment = 253_402_300_799_999;

    public const long LongestDuration = 315_576_000_000_000;

    // It becomes part of an artifact's path.
    [GeneratedRegex(@"^[A-Za-z0-9][A-Za-z0-9_\-]*\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex IdCharacters();

    public static bool IsTraceId(string id) => id.Length <= TraceId && IdCharacters().IsMatch(id);

    /// <summary>A trace's id, as a client makes it.</summary>
    public static string NewTraceId(this MlflowFields fields, string name)
    {
        var id = fields.RequiredLimited(name, TraceId);
        return IsTraceId(id) ? id : throw fields.Invalid(name, id, "It consists of letters, digits, '-' and '_', such as tr- and 32 hexadecimal digits.");
    }

    /// <summary>Milliseconds since 1970; null when absent.</summary>
    public static long? Moment(this MlflowFields fields, string name) => fields.Integer(name) switch
    {
        null => null,
        { } moment when moment is >= 0 and <= LastMoment => moment,
        { } moment => throw fields.Invalid(name, moment.ToString(CultureInfo.InvariantCulture), "It is milliseconds since 1970, not negative, and before the year 10000."),
    };

    /// <summary>A map of keys and values (version 3) within their limits; of equal keys the last holds.</summary>
    public static IReadOnlyList<Tag> TagMap(this MlflowFields fields, string name) => Last(fields.TextMap(name).Select(pair => Checked(new Tag(pair.Key, pair.Value), fields.PathOf(name))));

    /// <summary>A list of keys and values (version 2) within their limits; of equal keys the last holds.</summary>
    public static IReadOnlyList<Tag> TagList(this MlflowFields fields, string name) =>
        Last(fields.Messages(name).Select(pair => new Tag(pair.RequiredLimited("key", Limits.Key), pair.Limited("value", Limits.TagValue))));

    /// <summary>A tag within the limits; <paramref name="path"/> says where it stands.</summary>
    public static Tag Checked(Tag tag, string path)
    {
        var what = tag.Key.Length == 0 ? "has an empty key"
            : IsLonger(tag.Key, Limits.Key) ? string.Create(CultureInfo.InvariantCulture, $"has a key that exceeds the maximum length of {Limits.Key} characters")
            : IsLonger(tag.Value, Limits.TagValue) ? string.Create(CultureInfo.InvariantCulture, $"has a value under '{tag.Key}' that exceeds the maximum length of {Limits.TagValue} characters")
            : null;
        return what is null ? tag : throw new SlipwayException(ErrorKind.InvalidInput, $"'{path}' {what}.");
    }

    /// <summary>The beginning of a text, where it is longer.</summary>
    public static string? Cut(string? text, int most)
    {
        const string More = "...";
        if (text is null || text.Length <= most)
        {
            return text;
        }

        var end = most - More.Length;
        return string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[end - 1]) ? end - 1 : end), More);
    }

    private static bool IsLonger(string text, int limit) => text.Length > limit && text.Length - text.Count(char.IsLowSurrogate) > limit;

    private static Tag[] Last(IEnumerable<Tag> tags)
    {
        var last = new Dictionary<string, Tag>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            last[tag.Key] = tag;
        }

        return [.. last.Values];
    }
}
