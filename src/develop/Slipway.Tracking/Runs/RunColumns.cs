using System.Data.Common;
using Slipway.Mlflow;

namespace Slipway.Tracking.Runs;

/// <summary>A run as its row.</summary>
internal static class RunColumns
{
    public const string Names = "r.id, r.run_id, r.experiment, r.name, r.user_id, r.status, r.start_time, r.end_time, r.artifact_uri, r.deleted_at";

    private static readonly Dictionary<string, RunStatus> Statuses = Enum.GetValues<RunStatus>().ToDictionary(MlflowFields.NameOf);

    private static readonly Dictionary<RunStatus, string> StatusNames = Statuses.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string Status(RunStatus status) => StatusNames[status];

    public static Run Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.GetString(3), row.GetString(4), Statuses[row.GetString(5)], row.GetInt64(6), Moment(row, 7), row.GetString(8), Moment(row, 9));

    private static long? Moment(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
