using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Serving;

/// <summary>What callers say about the rows of a request besides the inputs. Each field has one value for all rows, or one a row.</summary>
public sealed class RowFields
{
    /// <summary>The most segments of one request.</summary>
    public const int MaxSegments = 32;

    /// <summary>The longest sticky key, segment name or segment value, in characters.</summary>
    public const int MaxLength = 256;

    private static readonly string[] TimeFormats =
        ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd"];

    private readonly List<KeyValuePair<string, IReadOnlyList<string>>> _segments = [];

    /// <summary>When the rows happened (UTC); empty when the caller did not say, and their arrival counts.</summary>
    public IReadOnlyList<DateTimeOffset> EventTimes { get; private set; } = [];

    /// <summary>Whom the rows are about: rows of one key get the same version during a rollout. Empty when the caller did not say.</summary>
    public IReadOnlyList<string> StickyKeys { get; private set; } = [];

    /// <summary>Slices of traffic by name, such as <c>device</c> → <c>mobile</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, IReadOnlyList<string>>> Segments => _segments;

    /// <summary>Sets the event times from ISO 8601 texts; one without an offset is UTC.</summary>
    public void SetEventTimes(IReadOnlyList<string> texts)
    {
        var times = new DateTimeOffset[texts.Count];
        for (var i = 0; i < times.Length; i++)
        {
            if (!DateTimeOffset.TryParseExact(
                texts[i], TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out times[i]))
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput, $"event_time '{Short(texts[i])}' is not a time. Write it as ISO 8601, for example 2012-05-03T14:00:00Z.");
            }
        }

        EventTimes = times;
    }

    /// <summary>Sets the sticky keys.</summary>
    public void SetStickyKeys(IReadOnlyList<string> keys)
    {
        Check("sticky_key", keys);
        StickyKeys = keys;
    }

    /// <summary>Adds a segment.</summary>
    public void AddSegment(string name, IReadOnlyList<string> values)
    {
        if (name.Length is 0 or > MaxLength)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'segment.{Short(name)}' does not name a segment. A segment's name has 1 to {MaxLength} characters.");
        }

        if (_segments.Count == MaxSegments)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The request has more than {MaxSegments} segments, which is the most there may be.");
        }

        Check($"segment.{name}", values);
        _segments.Add(new KeyValuePair<string, IReadOnlyList<string>>(name, values));
    }

    /// <summary>True when the segment was given already.</summary>
    public bool HasSegment(string name) => _segments.Exists(s => s.Key.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The same fields with other sticky keys, and without the segments that are named.</summary>
    public RowFields With(IReadOnlyList<string> stickyKeys, IReadOnlySet<string> withoutSegments)
    {
        var fields = new RowFields { EventTimes = EventTimes, StickyKeys = stickyKeys };
        fields._segments.AddRange(_segments.FindAll(segment => !withoutSegments.Contains(segment.Key)));
        return fields;
    }

    internal void CheckRows(int rows)
    {
        CheckCount("event_time", EventTimes.Count, rows);
        CheckCount("sticky_key", StickyKeys.Count, rows);
        foreach (var segment in _segments)
        {
            CheckCount(segment.Key, segment.Value.Count, rows);
        }
    }

    internal void Clear()
    {
        EventTimes = [];
        StickyKeys = [];
        _segments.Clear();
    }

    private static void CheckCount(string name, int values, int rows)
    {
        if (values > 1 && values != rows)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{name} has {values} values, but the request has {rows} rows. Give one value for all rows, or one a row.");
        }
    }

    private static void Check(string name, IReadOnlyList<string> values)
    {
        foreach (var value in values)
        {
            if (value.Length > MaxLength)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"A value of {name} has {value.Length} characters; at most {MaxLength} are taken.");
            }
        }
    }

    private static string Short(string text) => text.Length <= 40 ? text : string.Concat(text.AsSpan(0, 40), "…");
}
