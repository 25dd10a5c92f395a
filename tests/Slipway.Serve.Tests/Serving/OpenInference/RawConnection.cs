using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>A connection that sends bytes as they are: what no well-behaved client would send, and requests without a client's own work.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _filled;

    public static Task<RawConnection> OpenAsync(ServingServer server, CancellationToken cancellationToken) => OpenAsync(server.Client.BaseAddress!.Port, cancellationToken);

    public static async Task<RawConnection> OpenAsync(int port, CancellationToken cancellationToken)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync("127.0.0.1", port, cancellationToken);
        return connection;
    }

    /// <summary>A request with a length of one's own choice.</summary>
    public static byte[] Request(string path, string body, int? length = null) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {(length ?? Encoding.UTF8.GetByteCount(body)).ToString(CultureInfo.InvariantCulture)}\r\n\r\n{body}");

    /// <summary>A request with headers of one's own choice.</summary>
    public static byte[] Request(string path, string body, params string[] headers) =>
        Encoding.UTF8.GetBytes($"POST {path} HTTP/1.1\r\nHost: localhost\r\n{string.Concat(headers.Select(h => h + "\r\n"))}\r\n{body}");

    public async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => await _socket.SendAsync(bytes, cancellationToken);

    /// <summary>Says that nothing more will be sent.</summary>
    public void Finish() => _socket.Shutdown(SocketShutdown.Send);

    /// <summary>Ends the connection as a process that dies does.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Dispose();
    }

    /// <summary>Everything that still comes, until the server ends the connection.</summary>
    public async Task<byte[]> ReadToEndAsync(CancellationToken cancellationToken)
    {
        using var all = new MemoryStream();
        all.Write(_buffer, 0, _filled);
        try
        {
            while (await _socket.ReceiveAsync(_buffer, cancellationToken) is > 0 and var read)
            {
                all.Write(_buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // A reset is an end too.
        }

        return all.ToArray();
    }

    /// <summary>The next answer's status and body.</summary>
    public async Task<(int Status, string Body)> ReadAsync(CancellationToken cancellationToken)
    {
        (int Head, int Length) answer;
        while (!TryFind(out answer))
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(_filled), cancellationToken);
            _filled += read > 0 ? read : throw Closed();
        }

        var status = int.Parse(Encoding.ASCII.GetString(_buffer, 9, 3), CultureInfo.InvariantCulture);
        var body = Encoding.UTF8.GetString(_buffer, answer.Head, answer.Length);
        Drop(answer.Head + answer.Length);
        return (status, body);
    }

    /// <summary>Sends a request, waits for its answer and forgets it, all on this thread: nothing is allocated. Returns the first digit of its status.</summary>
    public byte Exchange(ReadOnlySpan<byte> request)
    {
        _socket.Send(request);
        (int Head, int Length) answer;
        while (!TryFind(out answer))
        {
            var read = _socket.Receive(_buffer.AsSpan(_filled));
            _filled += read > 0 ? read : throw Closed();
        }

        var kind = _buffer[9];
        Drop(answer.Head + answer.Length);
        return kind;
    }

    public void Dispose() => _socket.Dispose();

    private bool TryFind(out (int Head, int Length) answer)
    {
        answer = default;
        var end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return false;
        }

        answer = (end + 4, LengthOf(_buffer.AsSpan(0, end + 2)));
        return _filled >= answer.Head + answer.Length;
    }

    private EndOfStreamException Closed() => new($"The server closed the connection after {_filled} bytes.");

    // Answers that are not packed say their length.
    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
        {
            return 0;
        }

        var text = head[(at + "Content-Length: ".Length)..];
        return int.Parse(text[..text.IndexOf((byte)'\r')], NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private void Drop(int count)
    {
        _buffer.AsSpan(count, _filled - count).CopyTo(_buffer);
        _filled -= count;
    }
}
