using Microsoft.AspNetCore.Routing;

namespace Slipway.Access;

/// <summary>Walks all routes, HTTP and gRPC, for the test that holds the rules about them.</summary>
public static class RouteAudit
{
    /// <summary>The routes that declare no permission; there must be none.</summary>
    public static IReadOnlyList<string> WithoutPermission(EndpointDataSource routes) =>
        [.. Routes(routes).Where(route => route.Metadata.GetMetadata<NeedsPermission>() is null).Select(Describe)];

    /// <summary>The routes that change something and have no name, so that the audit would have none for what was done; there must be none. gRPC methods are named by their path.</summary>
    public static IReadOnlyList<string> ChangesWithoutName(EndpointDataSource routes) =>
        [.. Routes(routes).Where(route => Requests.MayChange(route) && route.Metadata.GetMetadata<IEndpointNameMetadata>() is null && !IsGrpc(route)).Select(Describe)];

    private static IEnumerable<RouteEndpoint> Routes(EndpointDataSource routes) => routes.Endpoints.OfType<RouteEndpoint>();

    private static bool IsGrpc(RouteEndpoint route) => route.DisplayName?.StartsWith("gRPC", StringComparison.Ordinal) == true;

    private static string Describe(RouteEndpoint route) =>
        $"{string.Join(',', route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"])} {route.RoutePattern.RawText}";
}
