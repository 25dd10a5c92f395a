using System.Net;
using System.Text.Json;
using Slipway.Develop.Tests.Tracking;

namespace Slipway.Release.Tests.Registry.Mlflow;

/// <summary>What the client does with models, as MLflow's own does it.</summary>
internal static class ModelCalls
{
    public static Task<WireAnswer> TrySendAsync(this WireClient client, string method, string path, object fields) =>
        client.SendAsync(new HttpMethod(method), $"/api/2.0/mlflow/{path}", JsonSerializer.Serialize(fields));

    /// <summary>A call that must succeed.</summary>
    public static async Task<JsonElement> SendAsync(this WireClient client, string method, string path, object fields)
    {
        var answer = await client.TrySendAsync(method, path, fields);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    public static async Task<JsonElement> CreateModelAsync(this WireClient client, string name) => (await client.PostAsync("registered-models/create", new { name })).GetProperty("registered_model");

    public static async Task<JsonElement> GetModelAsync(this WireClient client, string name) => (await client.GetAsync("registered-models/get", ("name", name))).GetProperty("registered_model");

    /// <summary>Registers something that lies in a run, and answers its number.</summary>
    public static async Task<string> CreateVersionAsync(this WireClient client, string name, string source = "mlflow-artifacts:/0/run/artifacts/model") =>
        (await client.PostAsync("model-versions/create", new { name, source })).GetProperty("model_version").Text("version")!;

    public static async Task<JsonElement> GetVersionAsync(this WireClient client, string name, object version) =>
        (await client.GetAsync("model-versions/get", ("name", name), ("version", version))).GetProperty("model_version");

    public static string[] List(params string[] items) => items;

    public static string? Text(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>One member of each item of a list; none where the list is absent.</summary>
    public static IReadOnlyList<string?> Each(this JsonElement answer, string list, string name) =>
        answer.TryGetProperty(list, out var items) ? [.. items.EnumerateArray().Select(item => item.Text(name))] : [];
}
