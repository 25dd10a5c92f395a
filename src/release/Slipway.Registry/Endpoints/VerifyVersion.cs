using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Registry.Integrity;

namespace Slipway.Registry.Endpoints;

internal static class VerifyVersion
{
    public static void Map(IEndpointRouteBuilder models) => models
        .MapPost("/{model}/versions/{version}/verify", HandleAsync)
        .WithName("VerifyVersion")
        .WithSummary("Read a version's files again and say whether they are what was registered; what is found is an event")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status404NotFound)
        .Needs(Permission.Develop);

    private static async Task<Ok<VersionCondition>> HandleAsync(
        string model, string version, IVersionIntegrity integrity, HttpContext context, CancellationToken cancellationToken) =>
        TypedResults.Ok(await integrity.VerifyAsync(new VersionReference(model, SemanticVersion.Parse(version)), context.GetActor(), cancellationToken));
}
