using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access.Authentication;
using Slipway.Core.Errors;

namespace Slipway.Access.Scopes;

/// <summary>How a route says what it is about, so that a key with a scope may call it. Where a route says nothing, such a key may not.</summary>
public static class ScopeEndpoints
{
    /// <summary>The route is about the deployment that its value <paramref name="value"/> names.</summary>
    public static TBuilder OfDeployment<TBuilder>(this TBuilder route, string value = "name")
        where TBuilder : IEndpointConventionBuilder =>
        route.ScopedBy(context => ScopeTarget.OfDeployment(context.Request.RouteValues[value] as string));

    /// <summary>The route is about the deployment that its query names; without one, about all of them.</summary>
    public static TBuilder OfDeploymentInQuery<TBuilder>(this TBuilder route, string name = "deployment")
        where TBuilder : IEndpointConventionBuilder =>
        route.ScopedBy(context => ScopeTarget.OfDeployment(context.Request.Query[name] is [var value] ? value : null));

    /// <summary>The route is about the project that its value <paramref name="value"/> names.</summary>
    public static TBuilder OfProject<TBuilder>(this TBuilder route, string value = "model")
        where TBuilder : IEndpointConventionBuilder =>
        route.ScopedBy(context => ScopeTarget.OfProject(context.Request.RouteValues[value] as string));

    /// <summary>The route is about what <paramref name="find"/> finds, asked only for keys with a scope; what names nothing is refused to them.</summary>
    public static TBuilder ScopedBy<TBuilder>(this TBuilder route, Func<HttpContext, ValueTask<ScopeTarget>> find)
        where TBuilder : IEndpointConventionBuilder
    {
        route.Add(endpoint => endpoint.Metadata.Add(new ScopeOfRoute(find)));
        return route;
    }

    /// <summary>
    /// The handler looks after scopes itself: what the request is about stands in its body, and <see cref="DemandScope"/> is asked before anything is done or told; or it is a list, from which
    /// <see cref="IsInScope"/> takes what is shown.
    /// </summary>
    public static TBuilder ChecksScope<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
    {
        route.Add(endpoint => endpoint.Metadata.Add(ScopeOfRoute.InHandler));
        return route;
    }

    /// <summary><see cref="ChecksScope"/>, for routes whose metadata are given as a list: methods of gRPC.</summary>
    public static object InHandler => ScopeOfRoute.InHandler;

    /// <summary>True when the caller's scope reaches <paramref name="target"/>.</summary>
    public static bool IsInScope(this HttpContext context, ScopeTarget target)
    {
        var scope = context.GetCaller().Scope;
        return scope.IsEverything || scope.Contains(target, context.RequestServices.GetService<IDeploymentModels>());
    }

    /// <summary>Refuses a caller whose scope does not reach <paramref name="target"/>.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Forbidden"/>, with what the key is limited to.</exception>
    public static void DemandScope(this HttpContext context, ScopeTarget target)
    {
        if (!context.IsInScope(target))
        {
            throw OutOfScope(context.GetCaller());
        }
    }

    /// <summary>As <see cref="DemandScope"/>, for a message of a stream that was let in before: the key must still be good, and the message counts for its rate.</summary>
    public static void DemandMessage(this HttpContext context, ScopeTarget target)
    {
        if (context.GetCaller().Key is { } key)
        {
            context.RequestServices.GetRequiredService<KeyRing>().DemandUsable(key);
        }

        context.DemandScope(target);
    }

    // The same words for what is not there and what is not theirs: a key learns nothing about the rest.
    internal static SlipwayException OutOfScope(Caller caller) =>
        new(ErrorKind.Forbidden, $"The key {caller.Actor} is limited to {caller.Scope}, and this request goes beyond that. Use a key with a wider scope.");

    private static TBuilder ScopedBy<TBuilder>(this TBuilder route, Func<HttpContext, ScopeTarget> find)
        where TBuilder : IEndpointConventionBuilder => route.ScopedBy(context => ValueTask.FromResult(find(context)));
}

/// <summary>What a route is about; null where its handler looks itself.</summary>
internal sealed record ScopeOfRoute(Func<HttpContext, ValueTask<ScopeTarget>>? Find)
{
    public static ScopeOfRoute InHandler { get; } = new((Func<HttpContext, ValueTask<ScopeTarget>>?)null);
}
