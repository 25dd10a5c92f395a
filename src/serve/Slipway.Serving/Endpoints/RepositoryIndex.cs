using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Protocols;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Endpoints;

/// <summary>The extension <c>model_repository</c>: what there is.</summary>
internal static class RepositoryIndex
{
    // A POST, as the protocol has it, although it changes nothing.
    public static void Map(IEndpointRouteBuilder repository) => repository
        .MapPost("/index", HandleAsync)
        .WithName("RepositoryIndex")
        .WithSummary("Models that are or can be loaded (Open Inference Protocol)")
        .WithBody((IndexContract? body) => { })
        .Produces<OpenInferenceError>(StatusCodes.Status400BadRequest)
        .ChecksScope()
        .Needs(Permission.Read);

    private static async Task<Ok<RepositoryEntry[]>> HandleAsync(HttpContext context, IModelRepository repository, ServingOptions options)
    {
        var request = await RepositoryRequest.ReadAsync(context.Request, options, context.RequestAborted);
        return TypedResults.Ok(repository.List()
            .Where(m => (!request.ReadyOnly || m.State == RepositoryModelState.Ready) && context.IsInScope(ScopeTarget.OfDeployment(m.Name)))
            .Select(m => new RepositoryEntry(m.Name, m.Version, m.State.ToString().ToUpperInvariant(), m.Reason))
            .ToArray());
    }
}

/// <summary>A version of a model in the repository (Open Inference Protocol).</summary>
/// <param name="Name">The model's, or deployment's, name.</param>
/// <param name="Version">Its version.</param>
/// <param name="State">READY, LOADING or UNAVAILABLE.</param>
/// <param name="Reason">Why it does not answer; empty when it does.</param>
public sealed record RepositoryEntry(string Name, string Version, string State, string Reason);
