using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using Slipway.Server;

namespace Slipway.Apps.Tests.Program;

/// <summary>What the program's own settings of the web server do to callers who are slow, silent or many. The limits are small; who waits, waits for the server's answer, however long that takes.</summary>
public sealed class ConnectionLimitsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-limits-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("POST /v2/models/bikes/infer HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("PO")]
    public async Task Half_a_head_and_then_silence_is_a_408_and_the_end(string head)
    {
        await using var server = await StartAsync(new ConnectionLimits { Head = TimeSpan.FromMilliseconds(200) });
        using var socket = await ConnectAsync(server);
        await socket.SendAsync(Encoding.ASCII.GetBytes(head), Cancel);

        Assert.StartsWith("HTTP/1.1 408 ", await ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_asks_nothing_more_is_ended()
    {
        await using var server = await StartAsync(new ConnectionLimits { Idle = TimeSpan.FromSeconds(1) });
        using var socket = await ConnectAsync(server);
        await socket.SendAsync("GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancel);

        Assert.StartsWith("HTTP/1.1 200 ", await ReadToEndAsync(socket), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_too_many_is_ended_at_once_and_the_others_go_on()
    {
        await using var server = await StartAsync(new ConnectionLimits { Max = 1 });
        var buffer = new byte[4096];
        var first = await ConnectAsync(server);
        while (!await AsksAsync(first))
        {
            // The server's own first requests may still be counted.
            first.Dispose();
            first = await ConnectAsync(server);
        }

        using var second = await ConnectAsync(server);

        Assert.Equal("", await ReadToEndAsync(second));
        Assert.True(await AsksAsync(first));
        first.Dispose();

        async Task<bool> AsksAsync(Socket socket)
        {
            try
            {
                await socket.SendAsync("GET /v2/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), Cancel);
                return await socket.ReceiveAsync(buffer, Cancel) > 0;
            }
            catch (SocketException)
            {
                return false;
            }
        }
    }

    private static async Task<Socket> ConnectAsync(SlipwayServer server)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", new Uri(server.HttpAddress).Port, Cancel);
        return socket;
    }

    private static async Task<string> ReadToEndAsync(Socket socket)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(buffer, Cancel) is > 0 and var read)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, read));
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return text.ToString();
    }

    private Task<SlipwayServer> StartAsync(ConnectionLimits limits) => SlipwayServer.StartAsync(
        new ServerSettings
        {
            Http = new IPEndPoint(IPAddress.Loopback, 0),
            Grpc = new IPEndPoint(IPAddress.Loopback, 0),
            Data = Path.Combine(_folder, "data"),
            Connections = limits,
        },
        LogLevel.Warning,
        Cancel);
}
