using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Develop.Tests.Tracking;

/// <summary>What a server answered.</summary>
internal sealed record WireAnswer(HttpStatusCode Status, string Text)
{
    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public string ErrorCode => Json.GetProperty("error_code").GetString()!;

    public string Message => Json.GetProperty("message").GetString()!;
}

/// <summary>MLflow's interface from its specification: JSON bodies, queries with repeated keys, answers as they are.</summary>
internal sealed class WireClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    /// <summary>A call that must succeed.</summary>
    public async Task<JsonElement> PostAsync(string path, object fields)
    {
        var answer = await TryPostAsync(path, fields);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    public Task<WireAnswer> TryPostAsync(string path, object fields) => SendAsync(HttpMethod.Post, $"/api/2.0/mlflow/{path}", JsonSerializer.Serialize(fields));

    public async Task<JsonElement> GetAsync(string path, params (string Key, object Value)[] query)
    {
        var answer = await TryGetAsync(path, query);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    public Task<WireAnswer> TryGetAsync(string path, params (string Key, object Value)[] query) => SendAsync(
        HttpMethod.Get,
        $"/api/2.0/mlflow/{path}?{string.Join('&', query.Select(q => $"{q.Key}={Uri.EscapeDataString(Convert.ToString(q.Value, CultureInfo.InvariantCulture)!)}"))}",
        null);

    public async Task<WireAnswer> SendAsync(HttpMethod method, string path, string? body, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, contentType);
        }

        using var response = await _http.SendAsync(request, Cancel);
        return new WireAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    public async Task<string> CreateExperimentAsync(string? name = null) =>
        (await PostAsync("experiments/create", new { name = name ?? $"experiment {Guid.NewGuid():N}" })).GetProperty("experiment_id").GetString()!;

    public async Task<string> CreateRunAsync(string experiment = "0", string? name = null) =>
        (await PostAsync("runs/create", new { experiment_id = experiment, run_name = name, start_time = 1_700_000_000_000 })).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;

    public Task<JsonElement> LogMetricAsync(string run, string key, object value, long step = 0, long timestamp = 1_700_000_000_000) =>
        PostAsync("runs/log-metric", new { run_id = run, key, value, step, timestamp });

    public async Task<JsonElement> GetRunAsync(string run) => (await GetAsync("runs/get", ("run_id", run))).GetProperty("run");

    /// <summary>What a run logged, by kind (<c>metrics</c>, <c>params</c>, <c>tags</c>): key to value, as text.</summary>
    public async Task<Dictionary<string, string>> DataAsync(string run, string kind) =>
        (await GetRunAsync(run)).GetProperty("data").TryGetProperty(kind, out var list)
            ? list.EnumerateArray().ToDictionary(item => item.GetProperty("key").GetString()!, item => item.GetProperty("value").ToString())
            : [];

    /// <summary>The history of a metric, as (step, value).</summary>
    public async Task<List<(long Step, string Value)>> HistoryAsync(string run, string key) =>
        (await GetAsync("metrics/get-history", ("run_id", run), ("metric_key", key))).TryGetProperty("metrics", out var list)
            ? [.. list.EnumerateArray().Select(point => (point.GetProperty("step").GetInt64(), point.GetProperty("value").ToString()))]
            : [];

    /// <summary>Several fields as a message, of which some are replaced.</summary>
    public static JsonObject With(object fields, params (string Name, JsonNode? Value)[] others)
    {
        var message = JsonSerializer.SerializeToNode(fields)!.AsObject();
        foreach (var (name, value) in others)
        {
            message[name] = value;
        }

        return message;
    }
}
