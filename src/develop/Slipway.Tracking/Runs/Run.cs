using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking.Runs;

/// <summary>One training. <see cref="Id"/> is the database's own number, <see cref="RunId"/> what clients know it by. Moments are milliseconds since 1970.</summary>
internal sealed record Run(
    long Id, string RunId, long Experiment, string Name, string UserId, RunStatus Status, long StartTime, long? EndTime, string ArtifactUri, long? DeletedAt)
{
    /// <summary>Refuses a change of what was deleted.</summary>
    public Run DemandActive() => DeletedAt is null
        ? this
        : throw new SlipwayException(ErrorKind.InvalidInput, $"The run {RunId} must be in the 'active' state. Current state is deleted. Restore it first.");

    public void WriteInfo(Utf8JsonWriter json, string name = "info")
    {
        json.WriteStartObject(name);
        json.WriteString("run_uuid", RunId);
        json.WriteString("experiment_id", Experiment.ToString(CultureInfo.InvariantCulture));
        json.WriteString("user_id", UserId);
        json.WriteString("status", MlflowFields.NameOf(Status));
        json.WriteNumber("start_time", StartTime);
        if (EndTime is { } end)
        {
            json.WriteNumber("end_time", end);
        }

        json.WriteString("artifact_uri", ArtifactUri);
        json.WriteString("lifecycle_stage", Lifecycle.Of(DeletedAt));
        json.WriteString("run_id", RunId);
        json.WriteString("run_name", Name);
        json.WriteEndObject();
    }

    public static SlipwayException NotFound(string runId) => new(ErrorKind.NotFound, $"Run with id={runId} not found");
}

/// <summary>How a run stands, with MLflow's numbers.</summary>
internal enum RunStatus
{
    Running = 1,
    Scheduled = 2,
    Finished = 3,
    Failed = 4,
    Killed = 5,
}
