using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces.Spans;

/// <summary>Writes <c>trace_spans</c>, in the transaction that it is given, and what they show of their trace.</summary>
internal static class SpanStore
{
    private static readonly Statement Upsert = new("""
        insert into trace_spans (trace, span_id, parent_id, name, type, status, start_ns, end_ns, content)
        values (@trace, @span_id, @parent_id, @name, @type, @status, @start_ns, @end_ns, @content)
        on conflict (trace, span_id) do update set parent_id = excluded.parent_id, name = excluded.name, type = excluded.type, status = excluded.status,
            start_ns = excluded.start_ns, end_ns = excluded.end_ns, content = excluded.content
        """);

    /// <summary>
    /// Keeps spans, of two with one id the later, and answers false when their trace is in another experiment. A trace that nobody has told of begins with them, and is complete once its
    /// root is here; what a client has told of a trace they do not change.
    /// </summary>
    public static async Task<bool> KeepAsync(WriteTransaction transaction, Experiment experiment, SpansOfTrace spans)
    {
        var known = await TraceStore.FindAsync(transaction, spans.TraceId);
        if (known is not null && known.Experiment != experiment.Id)
        {
            return false;
        }

        var trace = known ?? await TraceStore.AddAsync(transaction, Begun(experiment, spans), experiment);
        foreach (var span in spans.Spans)
        {
            await transaction.ExecuteAsync(Upsert, trace.Id, span.SpanId, span.ParentId, span.Name, span.Type, span.Status, span.Start, span.End, span.Content.ToArray());
        }

        if (!trace.IsTold)
        {
            // Not for a trace that was told before: its client found no such tag, has uploaded the spans as a file and would look for that no more.
            await TraceStore.AddTagsAsync(transaction, trace, [new Tag(TraceKeys.SpansLocation, TraceKeys.TrackingStore)]);
            await ShowAsync(transaction, trace, spans);
        }

        return true;
    }

    private static Trace Begun(Experiment experiment, SpansOfTrace spans) =>
        new(0, spans.TraceId, experiment.Id, null, spans.Start, null, spans.End, TraceState.InProgress, null, null, IsTold: false);

    private static async Task ShowAsync(WriteTransaction transaction, Trace trace, SpansOfTrace spans)
    {
        var start = Math.Min(trace.RequestTime, spans.Start);
        var end = trace.EndTime is { } before && !(spans.End > before) ? before : spans.End;
        var state = spans.Root?.State ?? trace.State;
        await TraceStore.SaveAsync(transaction, trace with
        {
            RequestTime = start,
            EndTime = end,
            State = state,
            Duration = state == TraceState.InProgress || end is null ? null : Math.Max(0, end.Value - start),
            RequestPreview = spans.Root?.RequestPreview ?? trace.RequestPreview,
            ResponsePreview = spans.Root?.ResponsePreview ?? trace.ResponsePreview,
        });
        if (spans.Root is { } root)
        {
            await TraceStore.AddTagsAsync(transaction, trace, root.Tags);
            await TraceStore.SetMetadataAsync(transaction, trace, root.Metadata);
        }
    }
}
