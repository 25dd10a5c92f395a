using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Slipway.Access.Audit;
using Slipway.Access.Authentication;
using Slipway.Access.Browser;
using Slipway.Access.Endpoints;
using Slipway.Access.Errors;
using Slipway.Access.Keys;
using Slipway.Access.Migrations;
using Slipway.Access.Outbound;
using Slipway.Core;
using Slipway.Core.Errors;
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
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<IApiKeys, ApiKeys>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<KeySessions>();
        services.AddSingleton<ISignIn, SignIn>();
        if (options.Oidc is { } oidc)
        {
            services.AddSingleton(provider => new OidcTokens(oidc, provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton(new SchemaPart(typeof(AccessModule).Assembly, M2026120101_ApiKeys.Number));

        // Outside development a request that cannot be bound is answered with an empty 400; thrown, it gets a sentence like every other error.
        services.Configure<RouteHandlerOptions>(handlers => handlers.ThrowOnBadRequest = true);
        return services;
    }

    /// <summary>
    /// Adds, in this order: errors as problem+json (a <see cref="Core.Errors.SlipwayException"/> by its kind, anything else a plain 500 that is logged), security headers, the Host check,
    /// the Origin check of state-changing requests, who calls (while authentication is on), the audit of every state-changing route, and what the caller's role and scope allow (a route without
    /// <see cref="NeedsPermission"/> is refused). Call it after routing, which a <see cref="WebApplication"/> puts first by itself.
    /// </summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app)
    {
        var services = app.ApplicationServices;
        var logs = services.GetRequiredService<ILoggerFactory>();
        var hosts = new KnownHosts(services.GetRequiredService<AccessOptions>(), services.GetService<IServer>());
        var audit = services.GetRequiredService<IAuditLog>();
        var time = services.GetRequiredService<TimeProvider>();

        var guarded = app
            .Use(next => new ErrorMiddleware(next, logs.CreateLogger<ErrorMiddleware>()).InvokeAsync)
            .Use(next => new SecurityHeaders(next).InvokeAsync)
            .Use(next => new HostCheck(next, hosts).InvokeAsync)
            .Use(next => new OriginCheck(next).InvokeAsync);
        if (services.GetRequiredService<AccessOptions>().RequireSignIn)
        {
            var (ring, sessions, tokens, page) = (services.GetRequiredService<KeyRing>(), services.GetRequiredService<KeySessions>(), services.GetService<OidcTokens>(), services.GetService<SignInPage>());
            guarded.Use(next => new AuthenticationCheck(next, ring, sessions, tokens, page, logs.CreateLogger<AuthenticationCheck>()).InvokeAsync);
        }

        // The audit before the permission: what somebody known tried and may not do is kept, and what strangers send writes nothing.
        return guarded
            .Use(next => new AuditMiddleware(next, audit, time).InvokeAsync)
            .Use(next => new PermissionCheck(next, logs.CreateLogger<PermissionCheck>()).InvokeAsync);
    }

    /// <summary>
    /// Reads the keys, once the storage is open and before anybody calls. Without authentication it does nothing.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: authentication is on, and nobody could ever make a key.</exception>
    public static async Task OpenAccessAsync(this IServiceProvider services, CancellationToken cancellationToken)
    {
        var options = services.GetRequiredService<AccessOptions>();
        if (!options.RequireSignIn)
        {
            return;
        }

        var ring = services.GetRequiredService<KeyRing>();
        await ring.LoadAsync(cancellationToken);
        if (!ring.HasAdmin && options.Oidc?.Roles.Any(role => role.Role == Role.Admin) != true)
        {
            throw new SlipwayException(
                ErrorKind.Conflict,
                $"Authentication is on, but no key of the role admin is there, so nobody could get in. Make one first: `slipway key create NAME --role admin --data {services.GetRequiredService<DataFolder>().Path}`.");
        }
    }

    /// <summary>
    /// A key of the role admin for what this process asks of itself over HTTP, as <paramref name="actor"/>; null while authentication is off. It is kept in memory only, and a second one of the
    /// actor takes the first one's place.
    /// </summary>
    public static async Task<string?> IssueOwnKeyAsync(this IServiceProvider services, Actor actor, CancellationToken cancellationToken) =>
        services.GetRequiredService<AccessOptions>().RequireSignIn ? await services.GetRequiredService<KeyRing>().IssueAsync(actor, cancellationToken) : null;

    /// <summary>Maps <c>/api/v1/audit</c> and <c>/api/v1/keys</c>.</summary>
    public static IEndpointRouteBuilder MapAccess(this IEndpointRouteBuilder routes)
    {
        ListAudit.Map(routes);
        var keys = routes.MapGroup("/api/v1/keys").WithTags("Keys");
        ListKeys.Map(keys);
        CreateKey.Map(keys);
        RevokeKey.Map(keys);
        return routes;
    }
}
