using System.Data.Common;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces;

/// <summary>A trace as its row.</summary>
internal static class TraceColumns
{
    public const string Names =
        "r.id, r.trace_id, r.experiment, r.client_request_id, r.request_time, r.duration, r.end_time, r.state, r.request_preview, r.response_preview, r.is_told";

    private static readonly Dictionary<string, TraceState> States = Enum.GetValues<TraceState>().ToDictionary(MlflowFields.NameOf);

    private static readonly Dictionary<TraceState, string> StateNames = States.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string State(TraceState state) => StateNames[state];

    public static Trace Read(DbDataReader row) => new(
        row.GetInt64(0),
        row.GetString(1),
        row.GetInt64(2),
        Text(row, 3),
        row.GetInt64(4),
        Number(row, 5),
        Number(row, 6),
        States[row.GetString(7)],
        Text(row, 8),
        Text(row, 9),
        row.GetInt64(10) == 1);

    public static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static long? Number(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);
}
