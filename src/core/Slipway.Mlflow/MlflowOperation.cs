using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Slipway.Mlflow;

/// <summary>What a route does, kept with its endpoint, so that another protocol can ask for the same.</summary>
public sealed class MlflowOperation
{
    private readonly Func<MlflowCall, Task> _handle;

    internal MlflowOperation(Func<MlflowCall, Task> handle) => _handle = handle;

    /// <summary>The operation of a route by its name, or null where there is no such route.</summary>
    public static MlflowOperation? Find(EndpointDataSource routes, string name) => routes.Endpoints
        .FirstOrDefault(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == name)?.Metadata.GetMetadata<MlflowOperation>();

    /// <summary>What the route answers to some fields, as a part of another request that has the route's permission.</summary>
    /// <param name="context">The request.</param>
    /// <param name="fields">The fields, which this disposes.</param>
    /// <param name="limit">The most bytes of the answer.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Core.Errors.SlipwayException">As the route answers it, or the answer is too large.</exception>
    public Task<JsonDocument> AskAsync(HttpContext context, JsonDocument fields, int limit, CancellationToken cancellationToken) => MlflowCall.AskAsync(context, fields, _handle, limit, cancellationToken);
}
