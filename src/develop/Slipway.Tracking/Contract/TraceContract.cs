using Slipway.Mlflow.Contract;

namespace Slipway.Tracking.Contract;

/// <summary>What the OpenAPI document says of the routes of traces.</summary>
internal static class TraceContract
{
    private const string Spans = "traces:Trace[]";

    private const string Deletion = "experiment_id! max_timestamp_millis:int64 max_traces:int64 request_ids[]";

    private static readonly MlflowContract Delete = new("Delete traces for good, by their ids or the oldest first", Deletion, "traces_deleted:int64");

    private static readonly MlflowContract SetTag = new("Set a tag of a trace", "key! value");

    private static readonly MlflowContract DeleteTag = new("Delete a tag of a trace", "key!");

    public static MlflowContracts All { get; } = new(
        new Dictionary<string, MlflowContract>(StringComparer.Ordinal)
        {
            ["StartTraceV3"] = new("Tell a trace: its times, state, tags and metadata", "trace:TraceMessage!", "trace:TraceMessage"),
            ["GetTraceInfoV3"] = new("Get what is said of a trace, with its assessments", "", "trace:TraceMessage"),
            ["BatchGetTraceInfos"] = new("Get what is said of several traces", "trace_ids[]!", "trace_infos:TraceInfo[]"),
            ["GetTrace"] = new("Get a trace with its spans", "trace_id! allow_partial:bool", "trace:Trace"),
            ["BatchGetTracesV2"] = new("Get several traces with their spans", "trace_ids[]!", Spans),
            ["BatchGetTracesV3"] = new("Get several traces with their spans", "trace_ids[]!", Spans),
            ["SearchTracesV3"] = new("Search traces", "locations:TraceLocation[]! filter order_by[] max_results:int64 page_token", "traces:TraceInfo[] next_page_token"),
            ["DeleteTraces"] = Delete,
            ["DeleteTracesV3"] = Delete,
            ["SetTraceTag"] = SetTag,
            ["SetTraceTagV3"] = SetTag,
            ["DeleteTraceTag"] = DeleteTag,
            ["DeleteTraceTagV3"] = DeleteTag,
            ["LinkTracesToRun"] = new("Link traces to a run", "run_id! trace_ids[]!"),
            ["LinkPromptsToTrace"] = new("Link versions of prompts to a trace", "trace_id! prompt_versions:PromptVersion[]"),
            ["CreateAssessment"] = new("Assess a trace or one of its spans", "assessment:Assessment!", "assessment:Assessment"),
            ["GetAssessment"] = new("Get an assessment", "", "assessment:Assessment"),
            ["UpdateAssessment"] = new("Change the fields of an assessment that the mask names", "assessment:Assessment! update_mask!", "assessment:Assessment"),
            ["DeleteAssessment"] = new("Delete an assessment"),
            ["StartTrace"] = new("Begin a trace (version 2 of the interface)", "experiment_id! timestamp_ms:int64 request_metadata:Tag[] tags:Tag[]", "trace_info:OldTraceInfo"),
            ["EndTrace"] = new("End a trace (version 2)", "timestamp_ms:int64 status request_metadata:Tag[] tags:Tag[]", "trace_info:OldTraceInfo"),
            ["GetTraceInfo"] = new("Get what is said of a trace (version 2)", "", "trace_info:OldTraceInfo"),
            ["SearchTraces"] = new("Search traces (version 2)", "experiment_ids[]! filter order_by[] max_results:int64 page_token", "traces:OldTraceInfo[] next_page_token"),
            ["QueryTraceMetrics"] = new(
                "Figures over traces, spans or assessments, by time and dimensions",
                "experiment_ids[]! view_type:MetricViewType! metric_name! aggregations:MetricAggregation[]! dimensions[] filters[] time_interval_seconds:int64 start_time_ms:int64 end_time_ms:int64 max_results:int64 page_token",
                "data_points:MetricDataPoint[] next_page_token"),
            ["CalculateTraceFilterCorrelation"] = new(
                "How far two conditions on traces occur together",
                "experiment_ids[]! filter_string1! filter_string2! base_filter",
                "npmi:double npmi_smoothed:double filter1_count:int64 filter2_count:int64 joint_count:int64 total_count:int64"),
        },
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["MlflowExperimentLocation"] = "experiment_id!",
            ["TraceLocation"] = "type mlflow_experiment:MlflowExperimentLocation!",
            ["TraceInfo"] =
                "trace_id! client_request_id trace_location:TraceLocation! request_preview response_preview request_time execution_duration state trace_metadata:map assessments:Assessment[] tags:map",
            ["TraceMessage"] = "trace_info:TraceInfo!",
            ["Trace"] = "trace_info:TraceInfo spans:any[]",
            ["OldTraceInfo"] = "request_id experiment_id timestamp_ms:int64 execution_time_ms:int64 status request_metadata:Tag[] tags:Tag[]",
            ["PromptVersion"] = "name! version!",
            ["AssessmentSource"] = "source_type! source_id",
            ["AssessmentValue"] = "value:any error:any",
            ["Assessment"] =
                "assessment_id assessment_name trace_id span_id source:AssessmentSource create_time last_update_time feedback:AssessmentValue expectation:AssessmentValue rationale metadata:map overrides valid:bool",
            ["MetricViewType"] = "= TRACES SPANS ASSESSMENTS",
            ["AggregationType"] = "= COUNT SUM AVG PERCENTILE MIN MAX",
            ["MetricAggregation"] = "aggregation_type:AggregationType! percentile_value:double",
            ["MetricDataPoint"] = "metric_name dimensions:map values:any",
        });
}
