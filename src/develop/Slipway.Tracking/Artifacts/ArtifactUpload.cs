using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Artifacts;

/// <summary>
/// Takes an artifact in. The content goes straight to the blob store, a buffer at a time; the path names it only once it is whole and durable, so an upload that stops in the middle
/// leaves nothing, and of two at once the last one that is whole stays.
/// </summary>
internal sealed class ArtifactUpload(ArtifactTable table, IBlobStore blobs, Database database)
{
    /// <summary>The most bytes of one artifact: 1 TiB. The disk ends sooner, and says so.</summary>
    public const long MostBytes = 1L << 40;

    public async Task StoreAsync(HttpContext context, string path)
    {
        context.SetAuditTarget(path);
        var blob = await blobs.PutAsync(OpenBody(context), context.RequestAborted);
        await NameAsync(context, path, blob);
    }

    /// <summary>Lets the path name the blob.</summary>
    public Task<int> NameAsync(HttpContext context, string path, Blob blob)
    {
        context.SetAuditTarget(path);
        return database.WriteAsync(
            async transaction =>
            {
                await table.PutAsync(transaction, path, blob);
                await context.AuditAsync(transaction);
                return 0;
            },
            context.RequestAborted);
    }

    /// <summary>The request's body, with the bound of artifacts instead of the server's, which is one of messages.</summary>
    public static Stream OpenBody(HttpContext context)
    {
        var request = context.Request;
        if (request.Headers.ContentEncoding is { Count: > 0 } encoding && encoding != "identity")
        {
            throw new BadHttpRequestException($"The request's Content-Encoding '{encoding}' is not taken. Send the file as it is.", StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.ContentLength > MostBytes)
        {
            throw new SlipwayException(
                ErrorKind.TooLarge, string.Create(CultureInfo.InvariantCulture, $"An artifact must be at most {MostBytes} bytes, got one of {request.ContentLength}."));
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = MostBytes;
        }

        return request.Body;
    }
}
