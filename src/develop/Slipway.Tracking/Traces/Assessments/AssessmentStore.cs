using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.Traces.Assessments;

/// <summary>Writes <c>trace_assessments</c>, in the transaction that each change is given.</summary>
internal static class AssessmentStore
{
    private static readonly Statement FindOne = new($"select {AssessmentColumns.Names} from trace_assessments where assessment_id = @assessment_id and trace = @trace");

    private static readonly Statement Taken = new("select 1 from trace_assessments where assessment_id = @assessment_id");

    private static readonly Statement Insert = new("""
        insert into trace_assessments (trace, assessment_id, name, is_feedback, content, value, source_type, source_id, span_id, rationale, metadata, overrides, is_valid, created_at, updated_at)
        values (@trace, @assessment_id, @name, @is_feedback, @content, @value, @source_type, @source_id, @span_id, @rationale, @metadata, @overrides, @is_valid, @created_at, @updated_at)
        """);

    private static readonly Statement Update = new("""
        update trace_assessments set name = @name, content = @content, value = @value, rationale = @rationale, metadata = @metadata, updated_at = @updated_at
        where assessment_id = @assessment_id
        """);

    private static readonly Statement SetValid = new("update trace_assessments set is_valid = @is_valid where assessment_id = @assessment_id and trace = @trace");

    private static readonly Statement Remove = new("delete from trace_assessments where assessment_id = @assessment_id");

    /// <exception cref="SlipwayException"><see cref="ErrorKind.NotFound"/>.</exception>
    public static async Task<Assessment> GetAsync(WriteTransaction transaction, Trace trace, string assessmentId) =>
        (await transaction.QueryAsync(FindOne, row => AssessmentColumns.Read(row, first: 0, trace.TraceId), assessmentId, trace.Id)) is [var found]
            ? found
            : throw Assessment.NotFound(trace.TraceId, assessmentId);

    /// <summary>Adds an assessment. One that it overrides holds no more.</summary>
    public static async Task AddAsync(WriteTransaction transaction, Trace trace, Assessment assessment)
    {
        if ((await transaction.QueryAsync(Taken, row => row.GetInt64(0), assessment.AssessmentId)).Count > 0)
        {
            throw new SlipwayException(ErrorKind.Conflict, $"Assessment with ID '{assessment.AssessmentId}' already exists. Leave the id out, and a new one is given.");
        }

        if (assessment.Overrides is { } overridden && await transaction.ExecuteAsync(SetValid, 0L, overridden, trace.Id) == 0)
        {
            throw Assessment.NotFound(trace.TraceId, overridden);
        }

        await transaction.ExecuteAsync(
            Insert,
            trace.Id,
            assessment.AssessmentId,
            assessment.Name,
            assessment.IsFeedback ? 1L : 0L,
            assessment.Content,
            assessment.Value,
            MlflowFields.NameOf(assessment.SourceType),
            assessment.SourceId,
            assessment.SpanId,
            assessment.Rationale,
            AssessmentColumns.Metadata(assessment.Metadata),
            assessment.Overrides,
            assessment.IsValid ? 1L : 0L,
            assessment.CreatedAt,
            assessment.UpdatedAt);
    }

    public static async Task<Assessment> SaveAsync(WriteTransaction transaction, Assessment assessment)
    {
        await transaction.ExecuteAsync(
            Update, assessment.Name, assessment.Content, assessment.Value, assessment.Rationale, AssessmentColumns.Metadata(assessment.Metadata), assessment.UpdatedAt, assessment.AssessmentId);
        return assessment;
    }

    /// <summary>Deletes an assessment. What it had overridden holds again.</summary>
    public static async Task DeleteAsync(WriteTransaction transaction, Trace trace, Assessment assessment)
    {
        await transaction.ExecuteAsync(Remove, assessment.AssessmentId);
        if (assessment.Overrides is { } overridden)
        {
            await transaction.ExecuteAsync(SetValid, 1L, overridden, trace.Id);
        }
    }
}
