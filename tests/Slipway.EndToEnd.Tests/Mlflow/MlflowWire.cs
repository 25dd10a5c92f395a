using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests.Mlflow;

/// <summary>MLflow's interface from its specification: JSON bodies, queries with repeated keys, artifacts through the proxy, each route under <c>/api</c> or <c>/ajax-api</c>.</summary>
/// <param name="address">The server's.</param>
/// <param name="prefix">Which of the twins.</param>
internal sealed class MlflowWire(string address, string prefix = "api") : IDisposable
{
    public const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    /// <summary>A call that must succeed.</summary>
    public Task<JsonObject> PostAsync(string path, object fields) => GoodAsync(TryPostAsync(path, fields));

    public Task<JsonObject> GetAsync(string path, params (string Key, object Value)[] query) => GoodAsync(TryGetAsync(path, query));

    public Task<JsonObject> ChangeAsync(HttpMethod method, string path, object fields) => GoodAsync(SendAsync(method, AddressOf(path), JsonSerializer.Serialize(fields)));

    public Task<MlflowAnswer> TryPostAsync(string path, object fields) => SendAsync(HttpMethod.Post, AddressOf(path), JsonSerializer.Serialize(fields));

    public Task<MlflowAnswer> TryGetAsync(string path, params (string Key, object Value)[] query) => SendAsync(
        HttpMethod.Get, $"{AddressOf(path)}?{string.Join('&', query.Select(q => $"{q.Key}={Uri.EscapeDataString(Convert.ToString(q.Value, CultureInfo.InvariantCulture)!)}"))}");

    public async Task<MlflowAnswer> SendAsync(HttpMethod method, string path, string? body = null, Action<HttpRequestHeaders>? headers = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        headers?.Invoke(request.Headers);
        using var response = await _http.SendAsync(request, Cancel);
        return new MlflowAnswer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Stores a file where <c>mlflow-artifacts:/…</c> says.</summary>
    public async Task UploadAsync(string uri, byte[] content) => await PutAsync(FileOf(uri), content);

    /// <summary>Stores bytes under an address and returns the ETag.</summary>
    public async Task<string?> PutAsync(string path, byte[] content)
    {
        using var response = await _http.PutAsync(path, new ByteArrayContent(content), Cancel);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
        return response.Headers.ETag?.Tag;
    }

    public Task<byte[]> DownloadAsync(string uri) => _http.GetByteArrayAsync(FileOf(uri), Cancel);

    /// <summary>Part of a file, as a client reads that goes on with a broken download.</summary>
    public async Task<(HttpStatusCode Status, byte[] Content, string? Range)> DownloadPartAsync(string uri, long from, long to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, FileOf(uri)) { Headers = { Range = new RangeHeaderValue(from, to) } };
        using var response = await _http.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync(Cancel), response.Content.Headers.ContentRange?.ToString());
    }

    /// <summary>What lies in a folder, as <c>name/</c> of a folder and <c>name:size</c> of a file.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string uri) => Lines(await GetAsync("2.0/mlflow-artifacts/artifacts", ("path", PathOf(uri))));

    public static IReadOnlyList<string> Lines(JsonObject listing) =>
        [.. (listing["files"]?.AsArray() ?? []).Select(file => (string)file!["path"]! + ((bool)file["is_dir"]! ? "/" : $":{(long)file["file_size"]!}"))];

    /// <summary>Sends bytes as they are, of which the server is promised more, and waits until it has given up on them.</summary>
    public async Task BreakOffAsync(string head, byte[] part)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_http.BaseAddress!.Host, _http.BaseAddress.Port, Cancel);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), Cancel);
        await stream.WriteAsync(part, Cancel);
        client.Client.Shutdown(SocketShutdown.Send);
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer, Cancel) > 0)
            {
            }
        }
        catch (IOException gone) when (gone.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            // A server that closes before it has read all of a body resets the connection: it has given up as well.
        }
    }

    /// <summary>The first line that the server answers to a request whose address no client would write.</summary>
    public async Task<string> SendRawAsync(string method, string target)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_http.BaseAddress!.Host, _http.BaseAddress.Port, Cancel);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes($"{method} {target} HTTP/1.1\r\nHost: {_http.BaseAddress.Authority}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx"), Cancel);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(Cancel) ?? "";
    }

    /// <summary>A list of texts in a message.</summary>
    public static string[] Texts(params string[] texts) => texts;

    public static string FileOf(string uri) => $"{Proxy}/{PathOf(uri)}";

    private static string PathOf(string uri)
    {
        const string Scheme = "mlflow-artifacts:/";
        Assert.StartsWith(Scheme, uri, StringComparison.Ordinal);
        return uri[Scheme.Length..];
    }

    private string AddressOf(string path) => $"/{prefix}/{path}";

    private static async Task<JsonObject> GoodAsync(Task<MlflowAnswer> call)
    {
        var answer = await call;
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        Assert.Equal("application/json", answer.MediaType);
        return answer.Json;
    }
}
