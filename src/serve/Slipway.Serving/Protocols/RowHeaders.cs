using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Slipway.Serving.Protocols;

/// <summary>What headers say about the rows of a request, whatever its protocol. What the body says goes before it.</summary>
internal static class RowHeaders
{
    private const string EventTime = "Slipway-Event-Time";
    private const string StickyKey = "Slipway-Sticky-Key";
    private const string SegmentPrefix = "Slipway-Segment-";

    public static void Read(IHeaderDictionary headers, RowFields fields)
    {
        if (fields.EventTimes.Count == 0 && headers.TryGetValue(EventTime, out var times))
        {
            fields.SetEventTimes(Texts(times));
        }

        if (fields.StickyKeys.Count == 0 && headers.TryGetValue(StickyKey, out var keys))
        {
            fields.SetStickyKeys(Texts(keys));
        }

        foreach (var (name, values) in headers)
        {
            if (name.StartsWith(SegmentPrefix, StringComparison.OrdinalIgnoreCase) && !fields.HasSegment(name[SegmentPrefix.Length..]))
            {
                fields.AddSegment(name[SegmentPrefix.Length..], Texts(values));
            }
        }
    }

    private static string[] Texts(StringValues values) => [.. values.Select(v => v ?? "")];
}
