using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;

namespace Slipway.Tracking.LoggedModels;

/// <summary>A model that a script made and described, before or without a registration. <see cref="Id"/> is the database's own number, <see cref="ModelId"/> what clients know it by.</summary>
internal sealed record LoggedModel(
    long Id, string ModelId, long Experiment, string Name, string? ModelType, string Status, string? SourceRunId, string ArtifactUri, long CreatedAt, long UpdatedAt, long? DeletedAt)
{
    public const string Columns =
        "r.id, r.model_id, r.experiment, r.name, r.model_type, r.status, r.source_run_id, r.artifact_uri, r.created_at, r.updated_at, r.deleted_at";

    public const string Pending = "PENDING";

    // Statuses are kept as filters name them; the messages put this before.
    private const string StatusPrefix = "LOGGED_MODEL_";

    /// <summary>A status as it is kept.</summary>
    public static string Kept(LoggedModelStatus status) => MlflowFields.NameOf(status)[StatusPrefix.Length..];

    public static LoggedModel Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), Text(row, 4), row.GetString(5), Text(row, 6), row.GetString(7), row.GetInt64(8), row.GetInt64(9),
        row.IsDBNull(10) ? null : row.GetInt64(10));

    public void WriteInfo(Utf8JsonWriter json, IReadOnlyCollection<Tag> tags, IReadOnlyCollection<ModelRegistration> registrations)
    {
        json.WriteStartObject("info");
        json.WriteString("model_id", ModelId);
        json.WriteString("experiment_id", Experiment.ToString(CultureInfo.InvariantCulture));
        json.WriteString("name", Name);
        json.WriteNumber("creation_timestamp_ms", CreatedAt);
        json.WriteNumber("last_updated_timestamp_ms", UpdatedAt);
        json.WriteString("artifact_uri", ArtifactUri);
        json.WriteString("status", StatusPrefix + Status);
        if (ModelType is not null)
        {
            json.WriteString("model_type", ModelType);
        }

        if (SourceRunId is not null)
        {
            json.WriteString("source_run_id", SourceRunId);
        }

        json.WriteList("tags", tags, Tag.Write);
        json.WriteList("registrations", registrations, static (json, version) =>
        {
            json.WriteString("name", version.Name);
            json.WriteString("version", version.Number.ToString(CultureInfo.InvariantCulture));
        });
        json.WriteEndObject();
    }

    public static SlipwayException NotFound(string modelId) => new(ErrorKind.NotFound, $"Logged model with ID '{Excerpt.Of(modelId, 120)}' not found.");

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);
}

/// <summary>How a logged model stands, with MLflow's numbers and names.</summary>
internal enum LoggedModelStatus
{
    LoggedModelPending = 1,
    LoggedModelReady = 2,
    LoggedModelUploadFailed = 3,
}
