using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;

namespace Slipway.Access;

/// <summary>Refuses a caller whose role, or whose scope, does not reach a route; and a route that declares no permission: one that somebody forgot must not be open.</summary>
internal sealed partial class PermissionCheck(RequestDelegate next, ILogger logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        // Without an endpoint nothing of ours answers but 404. An endpoint that is no route is routing's own, which says 405 or 415.
        if (context.GetEndpoint() is not RouteEndpoint route)
        {
            return next(context);
        }

        if (route.Metadata.GetMetadata<NeedsPermission>()?.Permission is not { } needed)
        {
            LogUndeclared(logger, route.DisplayName);
            throw new SlipwayException(
                ErrorKind.Forbidden, $"The route {route.RoutePattern.RawText} declares no permission, so nobody may call it. This is a mistake in Slipway: please report it.");
        }

        var caller = context.GetCaller();
        if (!caller.May(needed))
        {
            throw new SlipwayException(
                ErrorKind.Forbidden, $"{caller.Actor} has the role {caller.Role.Name()}, which may not {Words(needed)} (the permission {needed}). Use a key of a role that may.");
        }

        return needed == Permission.Anonymous || caller.Scope.IsEverything ? next(context) : GoOnInScopeAsync(context, route, caller);
    }

    private async Task GoOnInScopeAsync(HttpContext context, RouteEndpoint route, Caller caller)
    {
        var scope = route.Metadata.GetMetadata<ScopeOfRoute>();
        if (scope != ScopeOfRoute.InHandler
            && (scope?.Find is not { } find || !caller.Scope.Contains(await find(context), context.RequestServices.GetService<IDeploymentModels>())))
        {
            throw ScopeEndpoints.OutOfScope(caller);
        }

        await next(context);
    }

    private static string Words(Permission permission) => permission switch
    {
        Permission.Read => "see anything but predictions",
        Permission.Score => "ask for predictions",
        Permission.Develop => "train, register or change projects",
        Permission.Approve => "approve or reject versions",
        Permission.Deploy => "deploy or roll back",
        Permission.Override => "deploy against the policy",
        _ => "change the server itself",
    };

    [LoggerMessage(LogLevel.Error, "The route {Route} declares no permission and was refused.")]
    private static partial void LogUndeclared(ILogger logger, string? route);
}
