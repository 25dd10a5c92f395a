using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Core.Errors;

namespace Slipway.Serving.Protocols;

/// <summary>Reads a request's body into the call's buffer, unpacked and bounded.</summary>
internal static class RequestBody
{
    public const string TakenEncodings = "gzip, deflate";

    /// <summary>True for a body that comes as it is, or in one of <see cref="TakenEncodings"/>.</summary>
    public static bool IsTaken(string? encoding) => string.IsNullOrEmpty(encoding) || IsPlain(encoding) || IsGzip(encoding) || IsDeflate(encoding);

    /// <summary>Reads everything. <paramref name="encoding"/> is a taken one.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.TooLarge"/> as soon as more than <paramref name="limit"/> bytes have come, also when unpacked.</exception>
    public static ValueTask ReadAsync(HttpRequest request, string? encoding, CallBuffer body, long limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        // The web server has a limit of its own, which knows nothing of what happens when a body is unpacked.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = limit + 1;
        }

        return string.IsNullOrEmpty(encoding) || IsPlain(encoding)
            ? ReadPlainAsync(request, body, limit, cancellationToken)
            : ReadPackedAsync(request, IsGzip(encoding), body, limit, cancellationToken);
    }

    private static async ValueTask ReadPlainAsync(HttpRequest request, CallBuffer body, long limit, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (body.Count + read.Buffer.Length > limit)
            {
                throw TooLarge(limit);
            }

            foreach (var segment in read.Buffer)
            {
                body.Append(segment.Span);
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    private static async ValueTask ReadPackedAsync(HttpRequest request, bool gzip, CallBuffer body, long limit, CancellationToken cancellationToken)
    {
        await using Stream unpacked = gzip
            ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true)
            : new ZLibStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            while (true)
            {
                var length = await unpacked.ReadAsync(body.GetMemory(16 << 10), cancellationToken);
                if (length == 0)
                {
                    return;
                }

                body.Advance(length);
                if (body.Count > limit)
                {
                    throw TooLarge(limit);
                }
            }
        }
        catch (InvalidDataException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The request says that it is packed with {(gzip ? "gzip" : "deflate (zlib)")}, but it cannot be unpacked.");
        }
    }

    private static SlipwayException TooLarge(long limit) => new(
        ErrorKind.TooLarge, $"The request is larger than {limit} bytes, the most that is taken, also when unpacked. Send fewer rows a request.");

    private static bool IsPlain(string encoding) => encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);

    private static bool IsGzip(string encoding) =>
        encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);

    private static bool IsDeflate(string encoding) => encoding.Equals("deflate", StringComparison.OrdinalIgnoreCase);
}
