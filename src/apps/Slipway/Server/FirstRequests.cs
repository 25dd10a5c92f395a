using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Server;

/// <summary>
/// The first requests to a server, which nobody else should have to send: they build the table of routes and have the runtime compile the web server's and the routes' own code. What lies between
/// a request's text and its answer's, each model has warmed already. No deployment is asked, so nothing is counted.
/// </summary>
internal static class FirstRequests
{
    /// <summary>The longest that they may hold a start up: on a machine that is so busy, nobody would see the difference.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Sends them to both ports, as bytes: a client's own code would take longer than the server's. A server that cannot be reached this way is merely not warm. A server with authentication
    /// takes them with <paramref name="key"/>.
    /// </summary>
    public static Task SendAsync(string http, string grpc, string? key, TimeSpan limit, CancellationToken cancellationToken) => Task.WhenAll(
        SendAsync(http, (connection, token) => SendAsync(connection, key, token), limit, cancellationToken),
        SendAsync(grpc, (connection, token) => FirstGrpcCalls.SendAsync(connection, key, token), limit, cancellationToken));

    private static async Task SendAsync(string address, Func<NetworkStream, CancellationToken, Task> send, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit);
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(Reachable(new Uri(address)), limited.Token);
            await using var connection = new NetworkStream(socket);
            await send(connection, limited.Token);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static async Task SendAsync(NetworkStream connection, string? key, CancellationToken cancellationToken)
    {
        var head = $"Host: localhost\r\n{(key is null ? "" : $"Authorization: Bearer {key}\r\n")}";
        string[] requests =
        [
            Post("/v2/repository/index", head, "{}"),
            Post("/v2/models/-/infer", head, "{\"inputs\":[]}"),
            $"GET /v2/health/ready HTTP/1.1\r\n{head}Connection: close\r\n\r\n",
        ];
        var buffer = new byte[16 << 10];
        foreach (var request in requests)
        {
            // One after the other, as clients send them.
            await connection.WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
            await connection.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, cancellationToken);
        }

        // The last one ends the connection when its answer has been sent; who leaves before that breaks it off.
        while (await connection.ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }

    private static IPEndPoint Reachable(Uri address) => IPAddress.TryParse(address.Host.Trim('[', ']'), out var host) && !host.Equals(IPAddress.Any) && !host.Equals(IPAddress.IPv6Any)
        ? new IPEndPoint(host, address.Port)
        : new IPEndPoint(IPAddress.Loopback, address.Port);

    private static string Post(string path, string head, string body) => $"POST {path} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}";
}
