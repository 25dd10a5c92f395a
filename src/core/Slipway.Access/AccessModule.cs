using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Slipway.Access.Audit;
using Slipway.Access.Browser;
using Slipway.Access.Endpoints;
using Slipway.Access.Errors;
using Slipway.Access.Migrations;
using Slipway.Access.Outbound;
using Slipway.Storage;

namespace Slipway.Access;

/// <summary>Who may do what, and the record of who did; what a browser may be made to do; errors as problem+json.</summary>
public static class AccessModule
{
    /// <summary>Adds the audit log, <see cref="IOutbound"/> and what <see cref="UseAccess"/> needs.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions options)
    {
        options.Validate();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IAuditLog, AuditLog>();
        services.AddSingleton<IOutbound, OutboundClient>();
        services.AddSingleton(new SchemaPart(typeof(AccessModule).Assembly, M2026112410_Audit.Number));

        // Outside development a request that cannot be bound is answered with an empty 400; thrown, it gets a sentence like every other error.
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>
    /// Adds, in this order: errors as problem+json (a <see cref="Core.Errors.SlipwayException"/> by its kind, anything else a plain 500 that is logged), security headers, the Host check,
    /// the Origin check of state-changing requests, the permission check (a route without <see cref="NeedsPermission"/> is refused), the audit of every state-changing route.
    /// Call it after routing, which a <see cref="WebApplication"/> puts first by itself.
    /// </summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var logs = services.GetRequiredService<ILoggerFactory>();
        var hosts = new KnownHosts(services.GetRequiredService<AccessOptions>(), services.GetService<IServer>());
        var audit = services.GetRequiredService<IAuditLog>();
        var time = services.GetRequiredService<TimeProvider>();

        return app
            .Use(next => new ErrorMiddleware(next, logs.CreateLogger<ErrorMiddleware>()).InvokeAsync)
            .Use(next => new SecurityHeaders(next).InvokeAsync)
            .Use(next => new HostCheck(next, hosts).InvokeAsync)
            .Use(next => new OriginCheck(next).InvokeAsync)
            .Use(next => new PermissionCheck(next, logs.CreateLogger<PermissionCheck>()).InvokeAsync)
            .Use(next => new AuditMiddleware(next, audit, time).InvokeAsync);
    }

    /// <summary>Maps <c>GET /api/v1/audit</c>.</summary>
    public static IEndpointRouteBuilder MapAccess(this IEndpointRouteBuilder routes)
    {
        ListAudit.Map(routes);
        return routes;
    }
}
