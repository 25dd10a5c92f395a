using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Slipway.Console.Hosting;

/// <summary>The browser's files: they lie inside this assembly, so that they are there from whatever folder the program starts.</summary>
internal static class ConsoleFiles
{
    /// <summary>Where they are answered.</summary>
    public const string Route = "/_console/{file}";

    private const string Prefix = "files/";

    private static readonly FrozenDictionary<string, string> ContentTypes = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Lazy<EmbeddedFile>> Files = typeof(ConsoleFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[Prefix.Length..], name => new Lazy<EmbeddedFile>(() => EmbeddedFile.Read(name)));

    /// <summary>The address of a file, for a page; it changes when the file does, so browsers may keep it for ever.</summary>
    public static string Address(string file) => $"_console/{file}?v={Files[file].Value.Tag}";

    /// <summary>Answers one file, compressed where the browser takes that.</summary>
    public static async Task AnswerAsync(HttpContext context)
    {
        var response = context.Response;
        if (context.Request.RouteValues["file"] is not string name || !Files.TryGetValue(name, out var lazy))
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var file = lazy.Value;
        var tag = $"\"{file.Tag}\"";
        response.Headers.ETag = tag;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = context.Request.Query["v"] == file.Tag ? "public, max-age=31536000, immutable" : "no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = ContentTypes[Path.GetExtension(name)];
        var body = file.Plain;
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (Takes(context.Request.Headers.AcceptEncoding, "br"))
        {
            response.Headers.ContentEncoding = "br";
            body = file.Brotli.Value;
        }

        response.ContentLength = body.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(body, context.RequestAborted);
        }
    }

    private static bool Takes(StringValues accept, string encoding) => StringWithQualityHeaderValue.TryParseList(accept, out var values)
        && values.Any(v => v.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && v.Quality is not 0);

    /// <summary>One file in memory.</summary>
    /// <param name="Plain">As it is.</param>
    /// <param name="Tag">Changes with the content.</param>
    /// <param name="Brotli">Compressed, once it was asked for.</param>
    private sealed record EmbeddedFile(byte[] Plain, string Tag, Lazy<byte[]> Brotli)
    {
        public static EmbeddedFile Read(string resource)
        {
            using var stream = typeof(ConsoleFiles).Assembly.GetManifestResourceStream(resource)!;
            var plain = new byte[stream.Length];
            stream.ReadExactly(plain);
            var tag = Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8));
            return new EmbeddedFile(plain, tag, new Lazy<byte[]>(() => Compress(plain)));
        }

        private static byte[] Compress(byte[] plain)
        {
            using var target = new MemoryStream();
            using (var brotli = new BrotliStream(target, CompressionLevel.Optimal))
            {
                brotli.Write(plain);
            }

            return target.ToArray();
        }
    }
}
