using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;

namespace Slipway.Access.Authentication;

/// <summary>Finds out who calls, while authentication is on. Nobody gets past it but to what is open to anybody.</summary>
internal sealed partial class AuthenticationCheck(RequestDelegate next, KeyRing ring, KeySessions sessions, OidcTokens? tokens, SignInPage? page, ILogger logger)
{
    // Not async: predictions pass here, and a key costs one hash and one look.
    public Task InvokeAsync(HttpContext context)
    {
        // What has no endpoint is not there; but that is told only to those who may see what is.
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeedsPermission>()?.Permission == Permission.Anonymous)
        {
            return GoOn(context, Caller.Anonymous);
        }

        if (Credentials.Read(context) is not { } given)
        {
            throw Refused(context, new SlipwayException(ErrorKind.Unauthenticated, "The header Authorization is not understood. Send it once, as `Authorization: Bearer KEY`, or as Basic with the key for a password."));
        }

        if (given.IsEmpty)
        {
            return sessions.Find(context) is { } session ? GoOn(context, Usable(context, session)) : Ask(context);
        }

        if (tokens is not null && OidcTokens.IsToken(given.Span))
        {
            return GoOnAsync(context, tokens, given.ToString());
        }

        return GoOn(context, Usable(context, ring.Find(given.Span) ?? throw Refused(context, KeyRing.Unknown())));
    }

    private Caller Usable(HttpContext context, KnownKey known)
    {
        try
        {
            ring.DemandUsable(known);
            return known.Caller;
        }
        catch (SlipwayException e)
        {
            throw Refused(context, e);
        }
    }

    private Task GoOn(HttpContext context, Caller caller)
    {
        context.Items[typeof(Caller)] = caller;
        return next(context);
    }

    private async Task GoOnAsync(HttpContext context, OidcTokens tokens, string token)
    {
        Caller caller;
        try
        {
            caller = await tokens.AuthenticateAsync(token, context.RequestAborted);
        }
        catch (SlipwayException e)
        {
            throw Refused(context, e);
        }

        await GoOn(context, caller);
    }

    // A browser that asks for a page is sent where its person can sign in, and comes back from there.
    private Task Ask(HttpContext context)
    {
        var request = context.Request;
        if (page is not null && HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase))
        {
            context.Response.Headers.CacheControl = "no-store";
            context.Response.Redirect($"{page.Path}?next={Uri.EscapeDataString($"{request.Path}{request.QueryString}")}");
            return Task.CompletedTask;
        }

        throw Refused(context, new SlipwayException(
            ErrorKind.Unauthenticated, "Nobody is signed in. Send a key of this server as `Authorization: Bearer KEY`; the command line takes it from SLIPWAY_KEY."));
    }

    // Without what was sent: a key that is mistyped by one letter is nearly the key.
    private SlipwayException Refused(HttpContext context, SlipwayException refusal)
    {
        LogRefused(logger, context.Request.Method, context.Request.Path, context.Connection.RemoteIpAddress?.ToString(), refusal.Message);
        return refusal;
    }

    [LoggerMessage(LogLevel.Debug, "{Method} {Path} from {Source} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string method, PathString path, string? source, string reason);
}
