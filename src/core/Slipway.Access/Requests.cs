using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Slipway.Access;

/// <summary>What several checks ask of a request.</summary>
internal static class Requests
{
    public static bool IsGrpc(HttpRequest request) => request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>True for a method that may change something. A method that nobody knows is taken for one.</summary>
    public static bool IsUnsafe(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsTrace(method));

    /// <summary>True when calling this route with this method changes something that the audit must know. Seeing and scoring change nothing by definition of their permissions.</summary>
    public static bool Changes(string method, Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<NeedsPermission>() is { Permission: not (Permission.Anonymous or Permission.Read or Permission.Score) } && IsUnsafe(method);

    /// <summary>True when one of the route's methods changes something.</summary>
    public static bool MayChange(Endpoint endpoint) =>
        (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]).Any(method => Changes(method, endpoint));
}
