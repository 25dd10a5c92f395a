using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>Traces from MLflow's specification, over <see cref="WireClient"/>.</summary>
internal static class TraceClient
{
    public const string Moment = "2026-05-04T11:00:00.250Z";

    public static string NewId() => $"tr-{Guid.NewGuid():N}";

    /// <summary>A trace as a client tells it once it has ended.</summary>
    public static object Told(string traceId, string experiment = "0", object? others = null) => new
    {
        trace = new { trace_info = WireClient.With(others ?? new { }, ("trace_id", traceId), ("trace_location", JsonSerializer.SerializeToNode(Location(experiment)))) },
    };

    public static object Location(string experiment) => new { type = "MLFLOW_EXPERIMENT", mlflow_experiment = new { experiment_id = experiment } };

    public static Task<WireAnswer> TryAsync(this WireClient client, string method, string path, object? fields = null) =>
        client.SendAsync(new HttpMethod(method), path.StartsWith('/') ? path : $"/api/3.0/mlflow/{path}", fields is null ? null : fields as string ?? JsonSerializer.Serialize(fields));

    /// <summary>A call that must succeed.</summary>
    public static async Task<JsonElement> CallAsync(this WireClient client, string method, string path, object? fields = null)
    {
        var answer = await client.TryAsync(method, path, fields);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{method} {path}: {answer.Text}");
        return answer.Json;
    }

    public static async Task<string> StartTraceAsync(this WireClient client, string experiment = "0", object? others = null)
    {
        var id = NewId();
        await client.CallAsync("POST", "traces", Told(id, experiment, others));
        return id;
    }

    public static async Task<JsonElement> TraceInfoAsync(this WireClient client, string traceId) => (await client.CallAsync("GET", $"traces/{traceId}")).GetProperty("trace").GetProperty("trace_info");

    /// <summary>The ids that a search finds, in order, and the next page's token.</summary>
    public static async Task<(List<string> Ids, string? Token)> SearchTracesAsync(this WireClient client, string experiment, string? filter = null, object? others = null)
    {
        var answer = await client.CallAsync("POST", "traces/search", WireClient.With(others ?? new { }, ("locations", JsonSerializer.SerializeToNode(new[] { Location(experiment) })), ("filter", filter)));
        return (
            answer.TryGetProperty("traces", out var traces) ? [.. traces.EnumerateArray().Select(trace => trace.GetProperty("trace_id").GetString()!)] : [],
            answer.TryGetProperty("next_page_token", out var token) ? token.GetString() : null);
    }
}
