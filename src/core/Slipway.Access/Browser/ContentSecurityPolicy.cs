using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Slipway.Access.Browser;

/// <summary>
/// What a page of ours may load and run. Scripts come from this server only and never from text (no eval); styles may stand in the page, which MudBlazor needs; nobody may
/// frame us.
/// </summary>
internal static class ContentSecurityPolicy
{
    private const string Scripts = "script-src 'self'";

    private static readonly StringValues Standard =
        $"default-src 'self'; {Scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static void Set(IHeaderDictionary headers) => headers.ContentSecurityPolicy = Standard;

    public static void AllowScript(HttpContext context, string script) =>
        Allow(context, $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'");

    public static string AllowNonce(HttpContext context)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        Allow(context, $"'nonce-{nonce}'");
        return nonce;
    }

    private static void Allow(HttpContext context, string source)
    {
        if (context.Response.HasStarted)
        {
            throw new InvalidOperationException("The answer has started, so its content security policy cannot change any more.");
        }

        var policy = context.Response.Headers.ContentSecurityPolicy.ToString();
        if (policy.Length == 0)
        {
            policy = Standard.ToString();
        }

        context.Response.Headers.ContentSecurityPolicy = policy.Replace(Scripts, $"{Scripts} {source}", StringComparison.Ordinal);
    }
}
