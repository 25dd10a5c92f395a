using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access.Keys;
using Slipway.Core.Errors;
using Slipway.Core.Units;

namespace Slipway.Access.Endpoints;

internal static class CreateKey
{
    public static void Map(IEndpointRouteBuilder keys) => keys
        .MapPost("", HandleAsync)
        .WithName("CreateKey")
        .WithSummary("Make a key; the answer tells its secret, and nothing does afterwards")
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status409Conflict)
        .Needs(Permission.Administer);

    private static async Task<Created<CreatedKey>> HandleAsync(NewKey? body, IApiKeys keys, HttpContext context, CancellationToken cancellationToken)
    {
        var request = (body ?? new NewKey(null, null)).ToRequest();
        context.SetAuditTarget($"key/{request.Name}");
        var created = await keys.CreateAsync(request, context.GetActor(), cancellationToken);

        // It holds a secret: no cache on the way may keep it.
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Created($"/api/v1/keys/{created.Key.Id}", created);
    }
}

/// <summary>What a key shall be.</summary>
/// <param name="Name">Who acts with it, in events and in the audit.</param>
/// <param name="Role">viewer, scorer, developer, approver or admin.</param>
/// <param name="Projects">The projects that it is limited to, by their model's name.</param>
/// <param name="Deployments">The deployments that it is limited to.</param>
/// <param name="Expires">How long it is taken, such as <c>90 d</c>; for ever where it is not given.</param>
/// <param name="Rate">The most requests a second.</param>
internal sealed record NewKey(string? Name, string? Role, IReadOnlyList<string>? Projects = null, IReadOnlyList<string>? Deployments = null, string? Expires = null, int? Rate = null)
{
    public KeyRequest ToRequest() => new(
        KeyName.Check(Name),
        Roles.TryParse(Role, out var role) ? role : throw new SlipwayException(ErrorKind.InvalidInput, $"'{Role}' is not a role. The roles are {Roles.All}."))
    {
        Projects = Projects ?? [],
        Deployments = Deployments ?? [],
        Lifetime = Expires is null ? null : Duration.TryParse(Expires, out var life) ? life : throw new SlipwayException(ErrorKind.InvalidInput, $"expires is '{Expires}', which is not {Duration.Rule}."),
        Rate = Rate,
    };
}
