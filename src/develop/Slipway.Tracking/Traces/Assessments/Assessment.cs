using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces.Assessments;

/// <summary>
/// A judgement of a trace, or of one of its spans: feedback on what came out, or what was expected. Moments are milliseconds since 1970. <see cref="Content"/> is MLflow's <c>Feedback</c> or
/// <c>Expectation</c> as JSON; <see cref="Value"/> is what a filter compares, a text as it is and anything else as JSON. One that another <see cref="Overrides"/> holds no more.
/// </summary>
internal sealed record Assessment(
    string AssessmentId,
    string TraceId,
    string Name,
    bool IsFeedback,
    string Content,
    string Value,
    AssessmentSourceType SourceType,
    string SourceId,
    string? SpanId,
    string? Rationale,
    IReadOnlyList<Tag> Metadata,
    string? Overrides,
    bool IsValid,
    long CreatedAt,
    long UpdatedAt)
{
    public static string NewId() => $"a-{Guid.NewGuid():N}";

    /// <summary>Writes the members of MLflow's <c>Assessment</c>.</summary>
    public static void Write(Utf8JsonWriter json, Assessment assessment)
    {
        json.WriteString("assessment_id", assessment.AssessmentId);
        json.WriteString("assessment_name", assessment.Name);
        json.WriteString("trace_id", assessment.TraceId);
        WriteText(json, "span_id", assessment.SpanId);
        json.WriteStartObject("source");
        json.WriteString("source_type", MlflowFields.NameOf(assessment.SourceType));
        json.WriteString("source_id", assessment.SourceId);
        json.WriteEndObject();
        json.WriteTimestamp("create_time", assessment.CreatedAt);
        json.WriteTimestamp("last_update_time", assessment.UpdatedAt);

        // It was written by the same encoder when it came.
        json.WritePropertyName(assessment.IsFeedback ? "feedback" : "expectation");
        json.WriteRawValue(assessment.Content, skipInputValidation: true);
        WriteText(json, "rationale", assessment.Rationale);
        if (assessment.Metadata.Count > 0)
        {
            json.WriteStartObject("metadata");
            foreach (var (key, value) in assessment.Metadata)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }

        WriteText(json, "overrides", assessment.Overrides);
        json.WriteBoolean("valid", assessment.IsValid);
    }

    public static SlipwayException NotFound(string traceId, string assessmentId) => new(
        ErrorKind.NotFound, $"Assessment with ID '{Excerpt.Of(assessmentId)}' not found for trace '{Excerpt.Of(traceId)}'");

    private static void WriteText(Utf8JsonWriter json, string name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}

/// <summary>Who judged, with MLflow's numbers.</summary>
internal enum AssessmentSourceType
{
    SourceTypeUnspecified = 0,
    Human = 1,
    LlmJudge = 2,
    Code = 3,
}
