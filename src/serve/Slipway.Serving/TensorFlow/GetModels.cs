using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Serving.Routing;

namespace Slipway.Serving.TensorFlow;

internal static class GetModels
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapGet("", Handle)
        .WithName("GetModelsV1")
        .WithSummary("Names of the deployments that the caller may know of (KServe v1)")
        .ChecksScope()
        .Needs(Permission.Score);

    private static Ok<ModelNames> Handle(VersionServer versions, HttpContext context) =>
        TypedResults.Ok(new ModelNames([.. versions.Snapshot.Deployments.Select(d => d.Name).Where(name => context.IsInScope(ScopeTarget.OfDeployment(name))).Order(StringComparer.Ordinal)]));
}

/// <summary>What can be called.</summary>
/// <param name="Models">The deployments' names, in order.</param>
public sealed record ModelNames(IReadOnlyList<string> Models);
