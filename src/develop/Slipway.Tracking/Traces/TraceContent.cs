using System.Globalization;
using System.Text.Json;
using Slipway.Mlflow;
using Slipway.Tracking.Traces.Assessments;

namespace Slipway.Tracking.Traces;

/// <summary>A trace with what is said of it, in both of MLflow's forms.</summary>
internal sealed record TraceContent(Trace Trace)
{
    // What clients of version 2 keep of a request in the metadata.
    private const int OldPreview = 250;

    /// <summary>False where a client told no time, and a trace that is new begins now.</summary>
    public bool IsTimeTold { get; init; } = true;

    public List<Tag> Metadata { get; init; } = [];

    public List<Tag> Tags { get; init; } = [];

    public List<Assessment> Assessments { get; init; } = [];

    /// <summary>Writes MLflow's <c>TraceInfoV3</c> as a member.</summary>
    public void WriteInfo(Utf8JsonWriter json, string name)
    {
        json.WritePropertyName(name);
        WriteInfo(json);
    }

    /// <summary>Writes MLflow's <c>TraceInfoV3</c> as a value.</summary>
    public void WriteInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("trace_id", Trace.TraceId);
        WriteText(json, "client_request_id", Trace.ClientRequestId);
        json.WriteStartObject("trace_location");
        json.WriteString("type", "MLFLOW_EXPERIMENT");
        json.WriteStartObject("mlflow_experiment");
        json.WriteString("experiment_id", Trace.Experiment.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
        WriteText(json, "request_preview", Trace.RequestPreview ?? Find(TraceKeys.Inputs));
        WriteText(json, "response_preview", Trace.ResponsePreview ?? Find(TraceKeys.Outputs));
        json.WriteTimestamp("request_time", Trace.RequestTime);
        if (Trace.Duration is { } duration)
        {
            json.WriteDuration("execution_duration", duration);
        }

        json.WriteString("state", MlflowFields.NameOf(Trace.State));
        WriteMap(json, "trace_metadata", Metadata);
        json.WriteList("assessments", Assessments, Assessment.Write);
        WriteMap(json, "tags", Tags);
        json.WriteEndObject();
    }

    /// <summary>Writes MLflow's <c>TraceInfo</c>, the form of version 2, as a value.</summary>
    public void WriteOldInfo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("request_id", Trace.TraceId);
        json.WriteString("experiment_id", Trace.Experiment.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("timestamp_ms", Trace.RequestTime);
        if (Trace.Duration is { } duration)
        {
            json.WriteNumber("execution_time_ms", duration);
        }

        json.WriteString("status", MlflowFields.NameOf((OldTraceStatus)Trace.State));
        json.WriteList("request_metadata", OldMetadata(), Tag.Write);
        json.WriteList("tags", Tags, Tag.Write);
        json.WriteEndObject();
    }

    private List<Tag> OldMetadata()
    {
        var metadata = new List<Tag>(Metadata);
        AddPreview(TraceKeys.Inputs, Trace.RequestPreview);
        AddPreview(TraceKeys.Outputs, Trace.ResponsePreview);
        return metadata;

        void AddPreview(string key, string? preview)
        {
            if (preview is not null && Find(key) is null)
            {
                metadata.Add(new Tag(key, TraceLimits.Cut(preview, OldPreview)!));
            }
        }
    }

    private string? Find(string key) => Metadata.Find(tag => tag.Key == key) is { Key: not null } found ? found.Value : null;

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteMap(Utf8JsonWriter json, string name, List<Tag> tags)
    {
        if (tags.Count == 0)
        {
            return;
        }

        json.WriteStartObject(name);
        foreach (var tag in tags)
        {
            json.WriteString(tag.Key, tag.Value);
        }

        json.WriteEndObject();
    }
}
