using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;

namespace Slipway.Serving.Endpoints;

internal static class GetServerMetadata
{
    public static void Map(IEndpointRouteBuilder v2) => v2
        .MapGet("/", Handle)
        .WithName("GetServerMetadata")
        .WithSummary("Name, version and protocol extensions of this server")
        .Needs(Permission.Anonymous);

    // An extension is listed once it works; there is none yet.
    private static Ok<ServerMetadata> Handle() => TypedResults.Ok(new ServerMetadata("slipway", ServingModule.Version, []));
}

/// <summary>What a server says about itself (Open Inference Protocol).</summary>
/// <param name="Name">Always <c>slipway</c>.</param>
/// <param name="Version">Slipway's version.</param>
/// <param name="Extensions">The protocol's extensions that work.</param>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions);
