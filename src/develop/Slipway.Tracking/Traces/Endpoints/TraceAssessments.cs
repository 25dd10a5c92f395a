using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Traces.Assessments;

namespace Slipway.Tracking.Traces.Endpoints;

internal static class TraceAssessments
{
    private const string All = $"{TraceRoutes.OneTrace}/assessments";
    private const string One = $"{All}/{{assessment_id}}";

    private static readonly string[] Changeable = ["assessment_name", "feedback", "expectation", "rationale", "metadata"];

    public static void Map(IEndpointRouteBuilder routes, TraceReader reader, TimeProvider time)
    {
        routes.MapTrace("POST", All, "CreateAssessment", Permission.Develop, (call, context) => CreateAsync(call, context, Now()));
        routes.MapTrace("GET", One, "GetAssessment", Permission.Read, async (call, context) =>
        {
            var (traceId, id) = (context.TraceId(), context.Named("assessment_id"));
            var content = await reader.GetAsync(traceId, call.Cancellation);
            await AnswerAsync(call, content.Assessments.Find(assessment => assessment.AssessmentId == id) ?? throw Assessment.NotFound(traceId, id));
        });
        routes.MapTrace("PATCH", One, "UpdateAssessment", Permission.Develop, (call, context) => UpdateAsync(call, context, Now()));
        routes.MapTrace("DELETE", One, "DeleteAssessment", Permission.Develop, async (call, context) =>
        {
            await ChangeAsync(call, context, async (transaction, trace, assessment) =>
            {
                await AssessmentStore.DeleteAsync(transaction, trace, assessment);
                return assessment;
            });
            await call.AnswerAsync();
        });

        long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    private static async Task CreateAsync(MlflowCall call, HttpContext context, long now)
    {
        var traceId = context.TraceId();
        var assessment = call.Fields.RequiredMessage("assessment").NewAssessment(traceId, now);
        await call.ChangeAsync($"{traceId}@{assessment.AssessmentId}", async transaction =>
        {
            await AssessmentStore.AddAsync(transaction, await TraceStore.GetAsync(transaction, traceId), assessment);
            return traceId;
        });
        await AnswerAsync(call, assessment);
    }

    private static async Task UpdateAsync(MlflowCall call, HttpContext context, long now)
    {
        var (fields, mask) = (call.Fields.RequiredMessage("assessment"), Mask(call.Fields));
        var saved = await ChangeAsync(call, context, (transaction, _, assessment) => AssessmentStore.SaveAsync(transaction, Updated(assessment, fields, mask) with { UpdatedAt = now }));
        await AnswerAsync(call, saved);
    }

    private static Assessment Updated(Assessment assessment, MlflowFields fields, HashSet<string> mask)
    {
        if (mask.Contains("feedback") || mask.Contains("expectation"))
        {
            var (isFeedback, content, value) = fields.AssessmentValue() ?? throw fields.Missing(mask.Contains("feedback") ? "feedback" : "expectation");
            assessment = isFeedback == assessment.IsFeedback && mask.Contains(isFeedback ? "feedback" : "expectation")
                ? assessment with { Content = content, Value = value }
                : throw new SlipwayException(
                    ErrorKind.InvalidInput, $"Cannot update {(isFeedback ? "feedback" : "expectation")} value on {(assessment.IsFeedback ? "a feedback" : "an expectation")} assessment.");
        }

        return assessment with
        {
            Name = mask.Contains("assessment_name") ? fields.RequiredLimited("assessment_name", Limits.Key) : assessment.Name,
            Rationale = mask.Contains("rationale") ? fields.Rationale() : assessment.Rationale,
            Metadata = mask.Contains("metadata") ? Merge(assessment.Metadata, fields.TagMap("metadata")) : assessment.Metadata,
        };
    }

    // As MLflow has it, what is there and not named stays.
    private static IReadOnlyList<Tag> Merge(IReadOnlyList<Tag> known, IReadOnlyList<Tag> told) => [.. known.Where(tag => told.All(other => other.Key != tag.Key)), .. told];

    /// <summary>What shall be changed. Protobuf's mask is one text, <c>assessmentName,feedback</c>.</summary>
    private static HashSet<string> Mask(MlflowFields fields)
    {
        var paths = fields.RequiredText("update_mask").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(path => path == "assessmentName" ? "assessment_name" : path)
            .ToHashSet(StringComparer.Ordinal);
        return paths.Count > 0 && paths.FirstOrDefault(path => !Changeable.Contains(path)) is not { } unknown
            ? paths
            : throw fields.Invalid("update_mask", string.Join(',', paths), $"It names one or more of {string.Join(", ", Changeable)}, with commas between them.");
    }

    private static Task<Assessment> ChangeAsync(MlflowCall call, HttpContext context, Func<WriteTransaction, Trace, Assessment, Task<Assessment>> change)
    {
        var (traceId, id) = (context.TraceId(), context.Named("assessment_id"));
        return call.ChangeAsync($"{traceId}@{id}", async transaction =>
        {
            var trace = await TraceStore.GetAsync(transaction, traceId);
            return await change(transaction, trace, await AssessmentStore.GetAsync(transaction, trace, id));
        });
    }

    private static Task AnswerAsync(MlflowCall call, Assessment assessment) => call.AnswerAsync(json =>
    {
        json.WriteStartObject("assessment");
        Assessment.Write(json, assessment);
        json.WriteEndObject();
    });
}
