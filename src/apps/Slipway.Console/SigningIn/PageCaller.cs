using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Http;
using Slipway.Access;
using Slipway.Core;

namespace Slipway.Console.SigningIn;

/// <summary>
/// Who looks at a page, for components, also once the page lives on in its circuit: the request that opened it is over then. A circuit ends with the session of who opened it, so it never
/// changes hands.
/// </summary>
public sealed class PageCaller(AuthenticationStateProvider state)
{
    private const string Authentication = "slipway";

    /// <summary>The caller. Before a page does something, it asks whether the caller may, as a route's permission would.</summary>
    public async Task<Caller> GetAsync()
    {
        var user = (await state.GetAuthenticationStateAsync()).User;
        return user.Identity is { Name: { } name, AuthenticationType: { } kind } && Roles.TryParse(user.FindFirstValue(ClaimTypes.Role), out var role)
            ? new Caller(new Actor(name), role, kind == Authentication)
            : Caller.Anonymous;
    }

    /// <summary>Hands the caller of a request to the page that it opens.</summary>
    internal static void HandOver(HttpContext context)
    {
        var caller = context.GetCaller();
        context.User = ReferenceEquals(caller, Caller.Anonymous)
            ? new ClaimsPrincipal(new ClaimsIdentity())
            : new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.Name, caller.Actor.Name), new Claim(ClaimTypes.Role, caller.Role.ToString())], caller.IsAuthenticated ? Authentication : "local"));
    }
}
