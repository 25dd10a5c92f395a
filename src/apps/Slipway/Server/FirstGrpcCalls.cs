using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Slipway.Server;

/// <summary>
/// The first calls over gRPC, as the bytes of HTTP/2 that a client would send: its own code would take longer than the server's, and the program has no other use for it. One is answered and one refused,
/// and the deployment that it asks for has a name that none can have.
/// </summary>
internal static class FirstGrpcCalls
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Reset = 3;
    private const byte Settings = 4;
    private const byte GoAway = 7;

    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private const int FrameHead = 9;

    // The field model_name of a ModelInferRequest: "-".
    private static readonly (string Method, byte[] Message)[] Calls = [("ServerReady", []), ("ModelInfer", [(1 << 3) | 2, 1, (byte)'-'])];

    /// <summary>Sends them, one after the other, and waits for each one's end.</summary>
    public static async Task SendAsync(NetworkStream connection, string? key, CancellationToken cancellationToken)
    {
        await connection.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(Settings, 0, 0, [])], cancellationToken);

        // Clients number their streams by odd numbers.
        var stream = 1;
        foreach (var (method, message) in Calls)
        {
            byte[] call = [.. Frame(Headers, EndHeaders, stream, Head(method, key)), .. Frame(Data, EndStream, stream, [0, .. Length(message.Length), .. message])];
            await connection.WriteAsync(call, cancellationToken);
            await ReadToEndAsync(connection, stream, cancellationToken);
            stream += 2;
        }
    }

    private static async Task ReadToEndAsync(NetworkStream connection, int stream, CancellationToken cancellationToken)
    {
        var head = new byte[FrameHead];
        while (true)
        {
            await connection.ReadExactlyAsync(head, cancellationToken);
            await connection.ReadExactlyAsync(new byte[(head[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(head.AsSpan(1))], cancellationToken);
            var (type, flags) = (head[3], head[4]);
            if (type == GoAway || (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) == stream && (type == Reset || (type is Headers or Data && (flags & EndStream) != 0))))
            {
                return;
            }
        }
    }

    // Fields by their number in HPACK's table where it has them, and nothing to be remembered for the next call.
    private static byte[] Head(string method, string? key) =>
    [
        0x83, // :method POST
        0x86, // :scheme http
        0x04, .. Text($"/inference.GRPCInferenceService/{method}"),
        0x01, .. Text("localhost"),
        0x0F, 0x10, .. Text("application/grpc"),
        0x00, .. Text("te"), .. Text("trailers"),
        .. key is null ? Array.Empty<byte>() : [0x0F, 0x08, .. Text($"Bearer {key}")],
    ];

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload) => [.. Length(payload.Length)[1..], type, flags, .. Length(stream), .. payload];

    private static byte[] Length(int length)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }
}
