using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Slipway.Access;
using Slipway.Core;

namespace Slipway.Console.Hosting;

/// <summary>
/// Who looks at a page, and what they may do. The server's checks find that out; Blazor carries it from the request into the page's circuit as its user. The one place where the console knows of
/// callers.
/// </summary>
internal sealed class CurrentCaller(AuthenticationStateProvider state)
{
    private const string Name = "slipway.actor";
    private const string Role = "slipway.role";

    /// <summary>The caller as the user of a request.</summary>
    public static ClaimsPrincipal ToPrincipal(Caller caller) =>
        new(new ClaimsIdentity([new Claim(Name, caller.Actor.Name), new Claim(Role, caller.Role.ToString())], caller.IsAuthenticated ? "Slipway" : null));

    /// <summary>The caller of the page. One that nobody has named may only look.</summary>
    public async Task<Caller> GetAsync()
    {
        var user = (await state.GetAuthenticationStateAsync()).User;
        return user.FindFirst(Name) is { } name && Enum.TryParse<Role>(user.FindFirst(Role)?.Value, out var role)
            ? new Caller(new Actor(name.Value), role, user.Identity?.IsAuthenticated == true)
            : new Caller(new Actor("unknown"), Access.Role.Viewer, IsAuthenticated: false);
    }
}
