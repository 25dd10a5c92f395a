using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Slipway.Apps.Tests.Console;

/// <summary>Logs what the pages of tracking show, as a training script does: over MLflow's interface.</summary>
internal sealed class TrackingClient(Uri server) : IDisposable
{
    public const long Start = 1_700_000_000_000;

    private readonly HttpClient _http = new() { BaseAddress = server };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    public async Task<string> CreateExperimentAsync(string? name = null) =>
        (string)(await PostAsync("experiments/create", new { name = name ?? $"experiment {Guid.NewGuid():N}" }))["experiment_id"]!;

    public async Task<string> CreateRunAsync(string experiment, string name, long start = Start, params (string Key, string Value)[] tags) =>
        (string)(await PostAsync("runs/create", new { experiment_id = experiment, run_name = name, start_time = start, tags = tags.Select(t => new { key = t.Key, value = t.Value }) }))["run"]!["info"]!["run_id"]!;

    public Task LogAsync(string run, IEnumerable<(string Key, object Value, long Step)> metrics, params (string Key, string Value)[] parameters) => PostAsync("runs/log-batch", new
    {
        run_id = run,
        metrics = metrics.Select(m => new { key = m.Key, value = m.Value, timestamp = Start + (m.Step * 1000), step = m.Step }),
        @params = parameters.Select(p => new { key = p.Key, value = p.Value }),
    });

    public async Task PutArtifactAsync(string experiment, string run, string path, string content)
    {
        using var body = new StringContent(content);
        using var answer = await _http.PutAsync(new Uri($"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/{path}", UriKind.Relative), body, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Says that a logged model's files are there.</summary>
    public async Task FinishModelAsync(string model)
    {
        using var answer = await _http.PatchAsJsonAsync(new Uri($"/api/2.0/mlflow/logged-models/{model}", UriKind.Relative), new { status = "LOGGED_MODEL_READY" }, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    public async Task<JsonObject> PostAsync(string path, object fields)
    {
        using var answer = await _http.PostAsJsonAsync(new Uri($"/api/2.0/mlflow/{path}", UriKind.Relative), fields, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonObject>(Cancel))!;
    }
}
