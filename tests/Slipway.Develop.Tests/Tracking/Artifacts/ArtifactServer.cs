using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Artifacts;

/// <summary>Tracking on a real server, with a client that sends addresses and bodies as the tests write them.</summary>
public class ArtifactServer : IAsyncLifetime
{
    public const string Proxy = "/api/2.0/mlflow-artifacts/artifacts";

    private readonly string _root = Directory.CreateTempSubdirectory("slipway-artifacts-").FullName;

    public ArtifactServer()
        : this(postgreSql: false)
    {
    }

    private protected ArtifactServer(bool postgreSql) => Tracking = new TrackingServer(_root, postgreSql);

    public TrackingServer Tracking { get; }

    public HttpClient Http { get; private set; } = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await Tracking.InitializeAsync();
        Http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = Tracking.Address };
    }

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await Tracking.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>How many files lie in a part of the data folder.</summary>
    public int Files(params string[] parts) => Directory.EnumerateFiles(Path.Combine([_root, "data", .. parts]), "*", SearchOption.AllDirectories).Count();

    public async Task PutAsync(string path, byte[] content)
    {
        using var response = await TryPutAsync(path, content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(Cancel));
    }

    public Task<HttpResponseMessage> TryPutAsync(string path, byte[] content) => Http.PutAsync($"{Proxy}/{path}", new ByteArrayContent(content), Cancel);

    public Task<byte[]> GetAsync(string path) => Http.GetByteArrayAsync($"{Proxy}/{path}", Cancel);

    public async Task<HttpStatusCode> StatusAsync(string path)
    {
        using var response = await Http.GetAsync($"{Proxy}/{path}", Cancel);
        return response.StatusCode;
    }

    /// <summary>What lies in a folder, as <c>name</c> of a folder and <c>name:size</c> of a file.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(string path, string prefix = "/api/2.0/mlflow-artifacts/artifacts?path=")
    {
        var answer = JsonElement.Parse(await Http.GetStringAsync(prefix + Uri.EscapeDataString(path), Cancel));
        return answer.TryGetProperty("files", out var files)
            ? [.. files.EnumerateArray().Select(file => file.GetProperty("path").GetString() + (file.GetProperty("is_dir").GetBoolean() ? "" : $":{file.GetProperty("file_size").GetInt64()}"))]
            : [];
    }

    /// <summary>Waits for what the server does in its own time.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        }
    }

    /// <summary>Sends bytes as they are and answers with the status line; empty when the server said nothing. With <paramref name="breakOff"/> the connection is cut once the server has a part of them.</summary>
    public async Task<string> SendRawAsync(string head, byte[]? body = null, bool breakOff = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Tracking.Address.Host, Tracking.Address.Port, Cancel);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(head.ReplaceLineEndings("\r\n")), Cancel);
        await stream.WriteAsync(body ?? [], Cancel);
        if (breakOff)
        {
            // The server has begun to keep the file, and then the client is gone.
            await UntilAsync(() => Files("work") > 0);
            client.Client.LingerState = new LingerOption(true, 0);
            return "";
        }

        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(Cancel) ?? "";
    }
}

/// <summary>The same on PostgreSQL, for suites that run on both.</summary>
public sealed class PostgreSqlArtifactServer() : ArtifactServer(postgreSql: true);
