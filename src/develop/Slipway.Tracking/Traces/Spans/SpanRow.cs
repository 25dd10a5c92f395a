namespace Slipway.Tracking.Traces.Spans;

/// <summary>A span as it is kept. Moments are nanoseconds since 1970.</summary>
/// <param name="SpanId">16 hexadecimal digits.</param>
/// <param name="ParentId">The span that it is part of; null for the trace's root.</param>
/// <param name="Name">Its name.</param>
/// <param name="Type">MLflow's type, such as LLM.</param>
/// <param name="Status"><c>OK</c>, <c>ERROR</c> or <c>UNSET</c>.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended; null while it goes on.</param>
/// <param name="Content">The span's message of protobuf as it came.</param>
internal sealed record SpanRow(string SpanId, string? ParentId, string Name, string Type, string Status, long Start, long? End, ReadOnlyMemory<byte> Content);

/// <summary>What a root span says of its trace.</summary>
/// <param name="State">How it ended.</param>
/// <param name="RequestPreview">The beginning of its inputs.</param>
/// <param name="ResponsePreview">The beginning of its outputs.</param>
/// <param name="Metadata">Session and user.</param>
/// <param name="Tags">The trace's name, and tags that travel as attributes.</param>
internal sealed record RootSpan(TraceState State, string? RequestPreview, string? ResponsePreview, IReadOnlyList<Tag> Metadata, IReadOnlyList<Tag> Tags);

/// <summary>The spans of one trace that came in one request.</summary>
internal sealed class SpansOfTrace(string traceId)
{
    private readonly List<SpanRow> _spans = [];

    public string TraceId => traceId;

    public IReadOnlyList<SpanRow> Spans => _spans;

    /// <summary>What the root says, when it is among them.</summary>
    public RootSpan? Root { get; private set; }

    /// <summary>The first moment, in milliseconds.</summary>
    public long Start { get; private set; } = long.MaxValue;

    /// <summary>The last end that is known, in milliseconds.</summary>
    public long? End { get; private set; }

    public void Add(SpanRow span, RootSpan? root)
    {
        const long Millisecond = 1_000_000;

        _spans.Add(span);
        Root = root ?? Root;
        Start = Math.Min(Start, span.Start / Millisecond);
        End = span.End is { } end && !(End > end / Millisecond) ? end / Millisecond : End;
    }
}
