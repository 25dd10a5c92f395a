using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking;

/// <summary>Calls of MLflow's interface from version 3 on.</summary>
internal static class WireClientThree
{
    private const string Prefix = "/api/3.0/mlflow/";

    public static Task<WireAnswer> Try3Async(this WireClient client, string method, string path, object? fields = null) =>
        client.SendAsync(new HttpMethod(method), Prefix + path, fields is null ? null : JsonSerializer.Serialize(fields));

    /// <summary>A call that must succeed.</summary>
    public static async Task<JsonElement> Call3Async(this WireClient client, string method, string path, object? fields = null)
    {
        var answer = await client.Try3Async(method, path, fields);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }

    public static string[] List(params string[] items) => items;

    /// <summary>A path with a query.</summary>
    public static string Query(string path, params (string Key, object Value)[] query) =>
        $"{path}?{string.Join('&', query.Select(q => $"{q.Key}={Uri.EscapeDataString(Convert.ToString(q.Value, CultureInfo.InvariantCulture)!)}"))}";

    public static string? Text(this JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>One member of each item of a list; none where the list is absent.</summary>
    public static IReadOnlyList<string?> Each(this JsonElement answer, string list, string name) =>
        answer.TryGetProperty(list, out var items) ? [.. items.EnumerateArray().Select(item => item.GetProperty(name).ToString())] : [];
}
