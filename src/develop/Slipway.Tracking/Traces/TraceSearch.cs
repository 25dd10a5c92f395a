using Slipway.Tracking.Search;

namespace Slipway.Tracking.Traces;

/// <summary>What can be asked of traces.</summary>
internal static class TraceSearch
{
    /// <summary>What filters and orders may name.</summary>
    public static FieldSet Fields { get; } = Create();

    /// <summary>Traces of some experiments, by their time (newest first) where <paramref name="orderBy"/> does not say.</summary>
    public static SearchQuery Query(IReadOnlyCollection<long> experiments, string? filter, IReadOnlyList<string> orderBy, int maxResults, string? pageToken) =>
        SearchQuery.For(Fields, SearchQuery.ScopeOf(experiments), filter, orderBy, ViewType.All, maxResults, pageToken);

    private static FieldSet Create()
    {
        var id = new ColumnField("trace_id", FieldKind.Text, "trace_id") { Index = ColumnIndex.Unique };
        var time = new ColumnField("timestamp_ms", FieldKind.Number, "request_time") { Index = ColumnIndex.InScope };
        var duration = new ColumnField("execution_time_ms", FieldKind.Number, "duration") { IsNullable = true };
        var end = new ColumnField("end_time_ms", FieldKind.Number, "end_time") { IsNullable = true };
        var status = new ColumnField("status", FieldKind.Text, "state");
        var tags = new KeyedTable("trace_tags", "trace", "experiment");
        var metadata = new KeyedTable("trace_metadata", "trace", "experiment");
        var assessments = new RelatedRows("trace_assessments a", "a.trace");
        var columns = new Dictionary<string, ColumnField>(StringComparer.Ordinal)
        {
            ["trace_id"] = id,
            ["request_id"] = id,
            ["timestamp_ms"] = time,
            ["timestamp"] = time,
            ["request_time"] = time,
            ["execution_time_ms"] = duration,
            ["execution_time"] = duration,
            ["execution_duration"] = duration,
            ["end_time_ms"] = end,
            ["end_time"] = end,
            ["status"] = status,
            ["state"] = status,
            ["client_request_id"] = new("client_request_id", FieldKind.Text, "client_request_id") { IsNullable = true, Index = ColumnIndex.InScope },
            ["experiment_id"] = new("experiment_id", FieldKind.Number, "experiment"),
        };
        return new FieldSet("traces", columns, [new OrderTerm(time, Descending: true), new OrderTerm(id, Descending: false)])
        {
            Scope = "experiment",
            Prefixes = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["attribute"] = "attribute",
                ["attributes"] = "attribute",
                ["attr"] = "attribute",
                ["trace"] = "attribute",
                ["tag"] = "tag",
                ["tags"] = "tag",
                ["metadata"] = "metadata",
                ["request_metadata"] = "metadata",
                ["trace_metadata"] = "metadata",
                ["span"] = "span",
                ["feedback"] = "feedback",
                ["expectation"] = "expectation",
            },
            Others = new Dictionary<string, Field>(StringComparer.Ordinal)
            {
                ["name"] = new KeyedField("name", FieldKind.Text, tags, TraceKeys.Name),
                ["run_id"] = new RelatedField("run_id", new RelatedRows("trace_runs l", "l.trace"), "l.run_id")
                {
                    Index = new RelatedIndex("trace_runs", "trace", "experiment", "run_id"),
                    Order = new KeyedField("run_id", FieldKind.Text, metadata, TraceKeys.SourceRun),
                },
            },
            Keyed = new Dictionary<string, (FieldKind, KeyedTable)>(StringComparer.Ordinal)
            {
                ["tag"] = (FieldKind.Text, tags),
                ["metadata"] = (FieldKind.Text, metadata),
            },
            Related = new Dictionary<string, (RelatedRows, IReadOnlyDictionary<string, string>)>(StringComparer.Ordinal)
            {
                ["span"] = (new RelatedRows("trace_spans s", "s.trace"), new Dictionary<string, string>(StringComparer.Ordinal) { ["name"] = "s.name", ["type"] = "s.type", ["status"] = "s.status" }),
            },
            Named = new Dictionary<string, (RelatedRows, string, string)>(StringComparer.Ordinal)
            {
                ["feedback"] = (assessments with { Condition = "a.is_feedback = 1 and a.is_valid = 1" }, "a.name", "a.value"),
                ["expectation"] = (assessments with { Condition = "a.is_feedback = 0 and a.is_valid = 1" }, "a.name", "a.value"),
            },
        };
    }
}
