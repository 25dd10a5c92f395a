using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Slipway.Access.Browser;

/// <summary>Tells browsers what they may do with an answer.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues Deny = "DENY";
    private static readonly StringValues SameOrigin = "same-origin";

    public Task InvokeAsync(HttpContext context)
    {
        Set(context);
        return next(context);
    }

    public static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.XContentTypeOptions = NoSniff;

        // A prediction is JSON or bytes and never a page, and `nosniff` keeps it from being taken for one: the rest would only cost time there.
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeedsPermission>()?.Permission == Permission.Score)
        {
            return;
        }

        ContentSecurityPolicy.Set(headers);
        headers.XFrameOptions = Deny;

        // Not no-referrer: a browser would then send `Origin: null` with our own forms, and the Origin check would refuse them.
        headers["Referrer-Policy"] = SameOrigin;
        headers["Cross-Origin-Opener-Policy"] = SameOrigin;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
    }
}
