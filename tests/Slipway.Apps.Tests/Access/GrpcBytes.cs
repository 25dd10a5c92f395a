using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Threading.Channels;

namespace Slipway.Apps.Tests.Access;

/// <summary>Calls of gRPC as the bytes that go over the wire.</summary>
internal static class GrpcBytes
{
    /// <summary>A message whose first field is a text: the name of a model in most messages of the protocol.</summary>
    public static byte[] Named(string name)
    {
        byte[] message = [0x0A, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)];
        var length = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, message.Length);
        return [0, .. length, .. message];
    }

    /// <summary>The status of a call with one message, and what it says.</summary>
    public static async Task<(int Status, string Message)> CallAsync(HttpClient client, string path, byte[] message, CancellationToken cancellationToken)
    {
        using var request = Request(path, new ByteArrayContent(message));
        using var response = await client.SendAsync(request, cancellationToken);
        await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return Ended(response);
    }

    public static HttpRequestMessage Request(string path, HttpContent content)
    {
        content.Headers.ContentType = new("application/grpc");
        return new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = content,
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "te", "trailers" } },
        };
    }

    public static (int Status, string Message) Ended(HttpResponseMessage response)
    {
        var status = Find("grpc-status");
        return (status is null ? -1 : int.Parse(status, System.Globalization.CultureInfo.InvariantCulture), Uri.UnescapeDataString(Find("grpc-message") ?? ""));

        string? Find(string name) => response.Headers.TryGetValues(name, out var head) ? head.Single() : response.TrailingHeaders.TryGetValues(name, out var tail) ? tail.Single() : null;
    }

    /// <summary>What a stream sends, when it is told to.</summary>
    public sealed class Sending : HttpContent
    {
        private readonly Channel<byte[]> _messages = Channel.CreateUnbounded<byte[]>();

        public void Send(byte[] message) => _messages.Writer.TryWrite(message);

        public void End() => _messages.Writer.Complete();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.FlushAsync();
            await foreach (var message in _messages.Reader.ReadAllAsync())
            {
                await stream.WriteAsync(message);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
