using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Access;

/// <summary>Who may do what, and the record of who did; what a browser may be made to do; errors as problem+json.</summary>
public static class AccessModule
{
    /// <summary>Adds the audit log and what <see cref="UseAccess"/> needs.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services, AccessOptions options) => throw new NotImplementedException();

    /// <summary>
    /// Adds, in this order: errors as problem+json (a <see cref="Core.Errors.SlipwayException"/> by its kind, anything else a plain 500 that is logged), security headers, the Host check,
    /// the Origin check of state-changing requests, the permission check (a route without <see cref="NeedsPermission"/> is refused), the audit of every state-changing route.
    /// </summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => throw new NotImplementedException();

    /// <summary>Maps <c>GET /api/v1/audit</c>.</summary>
    public static IEndpointRouteBuilder MapAccess(this IEndpointRouteBuilder routes) => throw new NotImplementedException();
}

/// <summary>Settings of access.</summary>
public sealed record AccessOptions
{
    /// <summary>Host names, besides those of the loopback and the addresses that are listened on, by which this server may be called. No wildcard.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];
}
