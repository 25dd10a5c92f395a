using System.IO.Compression;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Core.Errors;
using Slipway.Core.Units;

namespace Slipway.Serving.Protocols;

/// <summary>Reads a request's body into the call's buffer, unpacked and bounded.</summary>
internal static class RequestBody
{
    public const string TakenEncodings = "gzip, deflate";

    // So far beyond the bound the web server still reads: who sends chunks is told by this, in its words.
    private const int Beyond = 1 << 20;

    /// <summary>True for a body that comes as it is, or in one of <see cref="TakenEncodings"/>.</summary>
    public static bool IsTaken(string? encoding) => string.IsNullOrEmpty(encoding) || IsPlain(encoding) || IsGzip(encoding) || IsDeflate(encoding);

    /// <summary>True for what whoever reads is told when the caller goes away in the middle of a body. It comes before the request counts as aborted.</summary>
    // An end that comes too early is told from chunks that are none, which have the same status, by its text only.
    public static bool IsCutOff(Exception exception) => exception
        is ConnectionResetException
        or BadHttpRequestException { Message: "Unexpected end of request content." }
        or OperationCanceledException { InnerException: ConnectionAbortedException };

    /// <summary>Reads everything. <paramref name="encoding"/> is a taken one.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.TooLarge"/> as soon as more than <see cref="ServingOptions.MaxRequestBytes"/> have come, also when unpacked.</exception>
    /// <exception cref="BadHttpRequestException">408: nothing has come for <see cref="ServingOptions.MaxStall"/>.</exception>
    public static ValueTask ReadAsync(HttpRequest request, string? encoding, CallBuffer body, ServingOptions options, CancellationToken cancellationToken)
    {
        var limit = options.MaxRequestBytes;
        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        // The web server has a limit of its own, which knows nothing of what happens when a body is unpacked.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = limit + Beyond;
        }

        return string.IsNullOrEmpty(encoding) || IsPlain(encoding)
            ? ReadPlainAsync(request, body, options, cancellationToken)
            : ReadPackedAsync(request, IsGzip(encoding), body, options, cancellationToken);
    }

    private static async ValueTask ReadPlainAsync(HttpRequest request, CallBuffer body, ServingOptions options, CancellationToken cancellationToken)
    {
        var reader = request.BodyReader;
        var limit = options.MaxRequestBytes;

        // Most bodies have come with their head, and need no watch.
        StallWatch? watch = null;
        try
        {
            while (true)
            {
                var reading = reader.ReadAsync(cancellationToken);
                if (!reading.IsCompleted)
                {
                    watch ??= StallWatch.OfBody(request, options.MaxStall);
                    watch.Begin();
                }

                var read = await reading;
                if (read.IsCanceled)
                {
                    throw Stalled(body, options);
                }

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
        catch (IOException e) when (IsBadChunk(e))
        {
            throw BadChunk(e);
        }
        finally
        {
            if (watch is not null)
            {
                await watch.DisposeAsync();
            }
        }
    }

    private static async ValueTask ReadPackedAsync(HttpRequest request, bool gzip, CallBuffer body, ServingOptions options, CancellationToken cancellationToken)
    {
        var limit = options.MaxRequestBytes;
        await using var watch = StallWatch.OfBody(request, options.MaxStall);
        await using Stream unpacked = gzip
            ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true)
            : new ZLibStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            while (true)
            {
                watch.Begin();
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
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && watch.HasStalled)
        {
            throw Stalled(body, options);
        }
        catch (IOException e) when (IsBadChunk(e))
        {
            throw BadChunk(e);
        }
        catch (InvalidDataException)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The request says that it is packed with {(gzip ? "gzip" : "deflate (zlib)")}, but it cannot be unpacked.");
        }
    }

    // A chunk that says it is longer than any number: the one mistake of a body for which the web server blames itself.
    private static bool IsBadChunk(IOException exception) => exception.InnerException is OverflowException;

    private static BadHttpRequestException BadChunk(IOException exception) => new("Bad chunk size data.", StatusCodes.Status400BadRequest, exception);

    private static BadHttpRequestException Stalled(CallBuffer body, ServingOptions options) => new(
        $"The request's body stopped: nothing has come for {Duration.Format(options.MaxStall)} after {body.Count} bytes. Send the request again.", StatusCodes.Status408RequestTimeout);

    private static SlipwayException TooLarge(long limit) => new(
        ErrorKind.TooLarge, $"The request is larger than {limit} bytes, the most that is taken, also when unpacked. Send fewer rows a request.");

    private static bool IsPlain(string encoding) => encoding.Equals("identity", StringComparison.OrdinalIgnoreCase);

    private static bool IsGzip(string encoding) =>
        encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase) || encoding.Equals("x-gzip", StringComparison.OrdinalIgnoreCase);

    private static bool IsDeflate(string encoding) => encoding.Equals("deflate", StringComparison.OrdinalIgnoreCase);
}
