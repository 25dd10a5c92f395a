using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Slipway.Access.Audit;
using Slipway.Access.Browser;
using Slipway.Core;
using Slipway.Storage;

namespace Slipway.Access;

/// <summary>How a route says who may call it, and how a handler learns who does.</summary>
public static class AccessEndpoints
{
    /// <summary>Declares the permission that a route, or every route of a group, needs.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder route, Permission permission)
        where TBuilder : IEndpointConventionBuilder
    {
        route.Add(endpoint => endpoint.Metadata.Add(new NeedsPermission(permission)));
        return route;
    }

    /// <summary>Declares how errors before the handler are told: in the words of the route's protocol instead of problem+json.</summary>
    public static TBuilder TellsErrors<TBuilder>(this TBuilder route, Func<HttpContext, int, string, Task> write)
        where TBuilder : IEndpointConventionBuilder
    {
        var shape = new ErrorShape(write);
        route.Add(endpoint => endpoint.Metadata.Add(shape));
        return route;
    }

    /// <summary>Who is calling, and what it is here. While authentication is off, that is <see cref="Caller.Local"/>.</summary>
    public static Caller GetCaller(this HttpContext context) => context.Items[typeof(Caller)] as Caller ?? Caller.Local;

    /// <summary>Who is calling, by the name that events keep.</summary>
    public static Actor GetActor(this HttpContext context) => context.GetCaller().Actor;

    /// <summary>Names in the audit what the request changes, where its route's values do not: the project whose file is in the body. A name, never the body itself.</summary>
    public static void SetAuditTarget(this HttpContext context, string target) => context.Items[typeof(AuditEntry)] = target;

    /// <summary>
    /// Appends the request's entry of the audit in the transaction of the change that it makes: both commit together, and a change costs one commit instead of two. A request that fails
    /// is recorded as ever, and so is one that never calls this. Without an audit it does nothing.
    /// </summary>
    public static Task AuditAsync(this HttpContext context, WriteTransaction transaction) =>
        context.Items[typeof(AuditInChange)] is AuditInChange audit ? audit.AppendAsync(transaction) : Task.CompletedTask;

    /// <summary>
    /// Lets the page that answers this request run one script that stands in it, by its digest: Blazor's import map. Call it before the answer starts, with the exact text
    /// between the script's tags.
    /// </summary>
    public static void AllowInlineScript(this HttpContext context, string script) => ContentSecurityPolicy.AllowScript(context, script);

    /// <summary>
    /// Lets the page that answers this request run the scripts that carry the returned nonce, new for each request: for pages that a library writes and whose scripts are not known.
    /// Call it before the answer starts.
    /// </summary>
    public static string AllowScriptNonce(this HttpContext context) => ContentSecurityPolicy.AllowNonce(context);
}

/// <summary>The permission that a route needs.</summary>
public sealed record NeedsPermission(Permission Permission);
