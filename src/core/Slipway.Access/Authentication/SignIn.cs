using Microsoft.AspNetCore.Http;
using Slipway.Access.Audit;
using Slipway.Core.Errors;

namespace Slipway.Access.Authentication;

/// <inheritdoc cref="ISignIn"/>
internal sealed class SignIn(AccessOptions options, KeyRing ring, KeySessions sessions, IAuditLog audit, TimeProvider time) : ISignIn
{
    public bool IsRequired => options.RequireSignIn;

    public async Task<Caller> BeginAsync(HttpContext context, string? key)
    {
        var known = ring.Find((key ?? "").Trim()) ?? throw KeyRing.Unknown();
        ring.DemandUsable(known);
        var caller = known.Caller;
        if (!caller.May(Permission.Read) || !caller.Scope.IsEverything)
        {
            throw new SlipwayException(
                ErrorKind.Forbidden,
                $"The key {caller.Actor} cannot open the console, which shows everything: {(caller.Scope.IsEverything ? $"its role is {caller.Role.Name()}" : $"it is limited to {caller.Scope}")}. Use a key of the role viewer or higher, without a limit.");
        }

        await audit.AppendAsync(new AuditEntry(time.GetUtcNow(), caller.Actor, "SignIn", "console", AuditMiddleware.Source(context), StatusCodes.Status200OK), context.RequestAborted);
        context.Response.Cookies.Append(KeySessions.Cookie, sessions.Begin(known), Cookie(context.Request));
        return caller;
    }

    public void End(HttpContext context)
    {
        if (context.Request.Cookies.TryGetValue(KeySessions.Cookie, out var token))
        {
            sessions.End(token);
            context.Response.Cookies.Delete(KeySessions.Cookie, Cookie(context.Request));
        }
    }

    public Func<bool> Watch(HttpContext context)
    {
        var caller = context.GetCaller();
        if (!IsRequired)
        {
            return static () => true;
        }

        // Who came with a cookie may sign out elsewhere; a key or a token in the header only ends.
        return context.Request.Headers.Authorization.Count == 0 && context.Request.Cookies.TryGetValue(KeySessions.Cookie, out var token)
            ? () => sessions.Find(token) is not null
            : () => caller.Key is { } key ? ring.IsUsable(key) : caller.Until is { } until && time.GetUtcNow() < until;
    }

    // Nobody is told to trust these headers: who forges them only makes the cookie harder to use.
    public bool IsSecure(HttpRequest request) => request.IsHttps
        || request.Headers["X-Forwarded-Proto"].ToString().StartsWith("https", StringComparison.OrdinalIgnoreCase)
        || request.Headers.Origin.ToString().StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private CookieOptions Cookie(HttpRequest request) => new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = IsSecure(request), Path = "/", IsEssential = true };
}
