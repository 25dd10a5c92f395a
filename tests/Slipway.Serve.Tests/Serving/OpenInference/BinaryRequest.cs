using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>Requests and answers of which a part is bytes, as a client of the protocol sends and reads them.</summary>
internal static class BinaryRequest
{
    public const string Header = "Inference-Header-Content-Length";

    /// <summary>JSON, then bytes, with the header between them.</summary>
    public static ByteArrayContent Content(string json, params byte[] binary) => Content(json, Encoding.UTF8.GetByteCount(json).ToString(CultureInfo.InvariantCulture), binary);

    /// <summary>The same with a header of one's own.</summary>
    public static ByteArrayContent Content(string json, string header, byte[] binary)
    {
        var content = new ByteArrayContent([.. Encoding.UTF8.GetBytes(json), .. binary]);
        content.Headers.Add("Content-Type", "application/octet-stream");
        content.Headers.Add(Header, header);
        return content;
    }

    public static async Task<BinaryAnswer> SendAsync(ServingServer server, string path, HttpContent content, CancellationToken cancellationToken)
    {
        using var response = await server.Client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var type = response.Content.Headers.ContentType?.MediaType;
        var header = response.Headers.TryGetValues(Header, out var values) ? values.Single() : null;
        var length = header is null ? bytes.Length : int.Parse(header, CultureInfo.InvariantCulture);
        return new BinaryAnswer((int)response.StatusCode, type, header, JsonDocument.Parse(bytes.AsMemory(0, length)).RootElement, bytes[length..]);
    }

    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    /// <summary>Each text with its length before it.</summary>
    public static byte[] Texts(params IReadOnlyList<byte[]> texts) => [.. texts.SelectMany(t => (byte[])[.. BitConverter.GetBytes(t.Length), .. t])];
}

/// <summary>An answer's JSON, and the bytes behind it.</summary>
internal sealed record BinaryAnswer(int Status, string? ContentType, string? Header, JsonElement Json, byte[] Binary)
{
    public string Error => Json.GetProperty("error").GetString()!;

    public JsonElement Output(int index) => Json.GetProperty("outputs")[index];
}
