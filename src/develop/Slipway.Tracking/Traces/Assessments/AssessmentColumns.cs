using System.Data.Common;
using System.Text.Json;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces.Assessments;

/// <summary>An assessment as its row.</summary>
internal static class AssessmentColumns
{
    public const string Names =
        "assessment_id, name, is_feedback, content, value, source_type, source_id, span_id, rationale, metadata, overrides, is_valid, created_at, updated_at";

    private static readonly Dictionary<string, AssessmentSourceType> Sources = Enum.GetValues<AssessmentSourceType>().ToDictionary(MlflowFields.NameOf);

    /// <summary>Reads the columns from <paramref name="first"/> on.</summary>
    public static Assessment Read(DbDataReader row, int first, string traceId) => new(
        row.GetString(first),
        traceId,
        row.GetString(first + 1),
        row.GetInt64(first + 2) == 1,
        row.GetString(first + 3),
        row.GetString(first + 4),
        Sources[row.GetString(first + 5)],
        row.GetString(first + 6),
        TraceColumns.Text(row, first + 7),
        TraceColumns.Text(row, first + 8),
        Metadata(row.GetString(first + 9)),
        TraceColumns.Text(row, first + 10),
        row.GetInt64(first + 11) == 1,
        row.GetInt64(first + 12),
        row.GetInt64(first + 13));

    public static string Metadata(IEnumerable<Tag> metadata) => JsonSerializer.Serialize(metadata.ToDictionary(tag => tag.Key, tag => tag.Value, StringComparer.Ordinal));

    private static Tag[] Metadata(string json) => [.. JsonSerializer.Deserialize<Dictionary<string, string>>(json)!.Select(pair => new Tag(pair.Key, pair.Value))];
}
