using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces.Assessments;

/// <summary>Reads assessments from messages.</summary>
internal static class AssessmentFields
{
    /// <summary>A whole assessment, as a client creates one.</summary>
    public static Assessment NewAssessment(this MlflowFields fields, string traceId, long now)
    {
        if (fields.Text("trace_id") is { Length: > 0 } told && told != traceId)
        {
            throw fields.Invalid("trace_id", told, "It is the trace that the assessment is created for, or absent.");
        }

        var source = fields.RequiredMessage("source");
        var created = fields.Timestamp("create_time") ?? now;
        var (isFeedback, content, value) = fields.AssessmentValue() ?? throw new SlipwayException(
            ErrorKind.InvalidInput, $"Missing value for required parameter '{fields.PathOf("feedback")}': exactly one of `expectation` or `feedback` should be specified.");
        return new Assessment(
            Given(fields.Limited("assessment_id", Limits.Key)) ?? Assessment.NewId(),
            traceId,
            fields.RequiredLimited("assessment_name", Limits.Key),
            isFeedback,
            content,
            value,
            source.Choice<AssessmentSourceType>("source_type") ?? throw source.Missing("source_type"),
            source.Limited("source_id", Limits.Key),
            Given(fields.Limited("span_id", Limits.Key)),
            fields.Rationale(),
            fields.TagMap("metadata"),
            Given(fields.Limited("overrides", Limits.Key)),
            IsValid: fields.Boolean("valid") ?? true,
            created,
            fields.Timestamp("last_update_time") ?? created);
    }

    public static string? Rationale(this MlflowFields fields) => Given(fields.Limited("rationale", TraceLimits.AssessmentText));

    /// <summary>The feedback or the expectation; null when there is neither.</summary>
    public static (bool IsFeedback, string Content, string Value)? AssessmentValue(this MlflowFields fields) => (fields.Message("feedback"), fields.Message("expectation")) switch
    {
        (null, null) => null,
        ({ } feedback, null) => (true, fields.Json("feedback")!, feedback.FeedbackValue()),
        (null, { } expectation) => (false, fields.Json("expectation")!, expectation.ExpectationValue()),
        _ => throw new SlipwayException(ErrorKind.InvalidInput, $"Only one of '{fields.PathOf("feedback")}' and '{fields.PathOf("expectation")}' may be there: exactly one should be specified."),
    };

    private static string FeedbackValue(this MlflowFields feedback)
    {
        if (feedback.Message("error") is { } error)
        {
            error.RequiredLimited("error_code", Limits.Key);
            error.Limited("error_message", TraceLimits.AssessmentText);
            error.Limited("stack_trace", TraceLimits.AssessmentText);
            return feedback.ValueText() ?? "null";
        }

        return feedback.ValueText() ?? throw feedback.Missing("value");
    }

    // Values that protobuf has no form for are sent as a text of JSON.
    private static string ExpectationValue(this MlflowFields expectation)
    {
        if (expectation.Message("serialized_value") is not { } serialized)
        {
            return expectation.ValueText() ?? throw expectation.Missing("value");
        }

        serialized.RequiredLimited("serialization_format", Limits.Key);
        return serialized.RequiredLimited("value", TraceLimits.AssessmentText);
    }

    private static string? ValueText(this MlflowFields fields)
    {
        if (fields.Json("value", takesNull: true) is not { } json)
        {
            return null;
        }

        if (json.Length > TraceLimits.AssessmentText)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"'{fields.PathOf("value")}' exceeds the maximum length of {TraceLimits.AssessmentText} characters.");
        }

        return json.StartsWith('"') ? JsonSerializer.Deserialize<string>(json)! : json;
    }

    private static string? Given(string text) => text.Length > 0 ? text : null;
}
