using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Access.Browser;

/// <summary>
/// Keeps pages of other sites from changing anything with the visitor's access (cross-site request forgery). Browsers say where a request comes from and pages cannot
/// change that; programs say nothing and pass. A WebSocket is checked too: it is a GET, but the console acts through it, and browsers let any page open one.
/// </summary>
internal sealed class OriginCheck(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        return !(Requests.IsUnsafe(request.Method) || request.Headers.Upgrade.Count > 0) || IsOurs(request)
            ? next(context)
            : throw new SlipwayException(
                ErrorKind.Forbidden,
                "The request comes from a page of another site, which may not change anything here. Open the console of this server instead, or call it from a program.");
    }

    private static bool IsOurs(HttpRequest request)
    {
        var headers = request.Headers;

        // Since the Host is one of ours by now, an origin with that very host and port is ours. The scheme may differ behind a proxy that ends TLS.
        var origin = headers.Origin;
        if (origin.Count > 0 && !(origin.Count == 1 && HasHost(origin[0], request.Host.Value)))
        {
            return false;
        }

        var site = headers["Sec-Fetch-Site"];
        return site.Count == 0 || (site.Count == 1 && site[0] is "same-origin" or "none");
    }

    private static bool HasHost(ReadOnlySpan<char> origin, ReadOnlySpan<char> host)
    {
        var authority = origin.IndexOf("://", StringComparison.Ordinal) is > 0 and var scheme && origin[..scheme] is "http" or "https" ? origin[(scheme + 3)..] : [];
        return authority.Length > 0 && authority.Equals(host, StringComparison.OrdinalIgnoreCase);
    }
}
