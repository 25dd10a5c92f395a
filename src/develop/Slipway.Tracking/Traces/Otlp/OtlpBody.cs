using System.Globalization;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Tracking.Traces.Otlp;

/// <summary>Reads a request's body, unpacked and bounded.</summary>
internal static class OtlpBody
{
    public static async Task<byte[]> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        await using var content = Open(request);
        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[64 << 10];
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                if (body.Length + read > limit)
                {
                    throw TooLarge(limit);
                }

                body.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The request says that it is packed with {request.Headers.ContentEncoding}, but it cannot be unpacked.", e);
        }

        return body.ToArray();
    }

    private static Stream Open(HttpRequest request) => request.Headers.ContentEncoding.ToString().ToLowerInvariant() switch
    {
        "" or "identity" => request.Body,
        "gzip" => new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
        "deflate" => new ZLibStream(request.Body, CompressionMode.Decompress, leaveOpen: true),
        var encoding => throw new BadHttpRequestException(
            $"The request's Content-Encoding '{encoding}' is not taken. Send it plain, or packed with gzip or deflate.", StatusCodes.Status415UnsupportedMediaType),
    };

    private static SlipwayException TooLarge(int limit) => new(
        ErrorKind.TooLarge, string.Create(CultureInfo.InvariantCulture, $"A request with spans has at most {limit} bytes, also when it is unpacked. Send them in several."));
}
