using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;
using Slipway.Storage.Blobs;

namespace Slipway.Tracking.Artifacts;

/// <summary>
/// Sends an artifact. Somebody else wrote it, so a browser is told to save it, not to show it: never as a page, script or style of this origin, whatever its name says.
/// </summary>
internal sealed class ArtifactDownload(ArtifactTable table, IBlobStore blobs)
{
    private const string Bytes = "application/octet-stream";

    // What a browser may take by its type without running anything: pictures and plain text. All else is bytes; with `nosniff` no browser makes more of them.
    private static readonly HashSet<string> Harmless = new(StringComparer.OrdinalIgnoreCase) { "image/png", "image/jpeg", "image/gif", "image/webp", "text/plain", "text/csv", "application/json" };

    private static readonly FileExtensionContentTypeProvider Types = new();

    public async Task SendAsync(HttpContext context, string path)
    {
        var artifact = await table.FindAsync(path, context.RequestAborted) ?? throw StoredArtifact.NotFound(path);
        var (request, response) = (context.Request, context.Response);
        var entityTag = new EntityTagHeaderValue($"\"{artifact.Digest}\"");
        var name = new ContentDispositionHeaderValue("attachment");
        name.SetHttpFileName(ArtifactPath.NameOf(path));
        response.Headers.ContentDisposition = name.ToString();
        response.Headers.ContentSecurityPolicy = "default-src 'none'; sandbox";

        // The same path may name other content in a moment: ask again, and be told that it is the same.
        response.Headers.CacheControl = "private, no-cache";
        var changed = DateTimeOffset.FromUnixTimeMilliseconds(artifact.StoredAt);
        if (request.Headers.Range is [{ } range] && range.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
        {
            // A part cannot be checked by itself, so the file is, once in a run of this process.
            var file = await blobs.GetFileAsync(artifact.Digest, context.RequestAborted);
            await TypedResults.PhysicalFile(file, TypeOf(path), fileDownloadName: null, changed, entityTag, enableRangeProcessing: true).ExecuteAsync(context);
            return;
        }

        response.Headers.ETag = entityTag.ToString();
        response.Headers.LastModified = changed.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.AcceptRanges = "bytes";
        if (request.GetTypedHeaders().IfNoneMatch.Any(tag => tag == EntityTagHeaderValue.Any || tag.Compare(entityTag, useStrongComparison: false)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        await using var content = await blobs.OpenAsync(artifact.Digest, context.RequestAborted);
        response.ContentType = TypeOf(path);
        response.ContentLength = artifact.Size;
        if (!HttpMethods.IsHead(request.Method))
        {
            await content.CopyToAsync(response.Body, context.RequestAborted);
        }
    }

    private static string TypeOf(string path) => Types.TryGetContentType(path, out var type) && Harmless.Contains(type) ? type : Bytes;
}
