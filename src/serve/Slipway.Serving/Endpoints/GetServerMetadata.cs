using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Serving.Repository;

namespace Slipway.Serving.Endpoints;

internal static class GetServerMetadata
{
    private static readonly string[] Extensions = ["binary_tensor_data", "classification", "model_configuration", "statistics"];

    public static void Map(IEndpointRouteBuilder v2) => v2
        .MapGet("/", Handle)
        .WithName("GetServerMetadata")
        .WithSummary("Name, version and protocol extensions of this server")
        .Needs(Permission.Anonymous);

    /// <summary>An extension is listed when it works: the repository only where there is one.</summary>
    internal static IReadOnlyList<string> ExtensionsOf(IModelRepository? repository) => repository is null ? Extensions : [.. Extensions, "model_repository"];

    private static Ok<ServerMetadata> Handle([FromServices] IModelRepository? repository) =>
        TypedResults.Ok(new ServerMetadata("slipway", ServingModule.Version, ExtensionsOf(repository)));
}

/// <summary>What a server says about itself (Open Inference Protocol).</summary>
/// <param name="Name">Always <c>slipway</c>.</param>
/// <param name="Version">Slipway's version.</param>
/// <param name="Extensions">The protocol's extensions that work.</param>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);
