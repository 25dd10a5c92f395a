using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Slipway.Core;

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

    /// <summary>Who is calling. While authentication is off, that is <see cref="Actor.Local"/>.</summary>
    public static Actor GetActor(this HttpContext context) => context.Items[typeof(Actor)] as Actor ?? Actor.Local;
}

/// <summary>The permission that a route needs.</summary>
public sealed record NeedsPermission(Permission Permission);
