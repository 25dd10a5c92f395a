using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;

namespace Slipway.Access;

/// <summary>Refuses a route that declares no permission: one that somebody forgot must not be open.</summary>
internal sealed partial class PermissionCheck(RequestDelegate next, ILogger logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        // Without an endpoint nothing of ours answers but 404. An endpoint that is no route is routing's own, which says 405 or 415.
        if (context.GetEndpoint() is RouteEndpoint route && route.Metadata.GetMetadata<NeedsPermission>() is null)
        {
            LogUndeclared(logger, route.DisplayName);
            throw new SlipwayException(
                ErrorKind.Forbidden, $"The route {route.RoutePattern.RawText} declares no permission, so nobody may call it. This is a mistake in Slipway: please report it.");
        }

        return next(context);
    }

    [LoggerMessage(LogLevel.Error, "The route {Route} declares no permission and was refused.")]
    private static partial void LogUndeclared(ILogger logger, string? route);
}
