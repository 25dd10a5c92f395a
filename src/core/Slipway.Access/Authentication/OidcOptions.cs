namespace Slipway.Access.Authentication;

/// <summary>Bearer tokens of an OpenID Connect issuer that are taken beside keys.</summary>
public sealed record OidcOptions
{
    /// <summary>The issuer, exactly as it stands in its tokens; its discovery document is read below it.</summary>
    public required string Issuer { get; init; }

    /// <summary>Whom a token must be for.</summary>
    public required string Audience { get; init; }

    /// <summary>The claim with the name that events and the audit keep.</summary>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>The claim with the values that give roles: a text or a list; with dots, a claim inside another (<c>realm_access.roles</c>).</summary>
    public string RolesClaim { get; init; } = "roles";

    /// <summary>Which role a value gives. Of several that a token has, the first of this list holds.</summary>
    public required IReadOnlyList<RoleOfClaim> Roles { get; init; }

    internal IEnumerable<string> Mistakes()
    {
        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var uri) || uri.Query.Length > 0 || uri.Fragment.Length > 0 || !(uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
        {
            yield return $"auth.oidc.issuer: '{Issuer}' is not the https address of an issuer. Write it as it stands in its tokens (http only on the loopback).";
        }

        if (string.IsNullOrWhiteSpace(Audience))
        {
            yield return "auth.oidc.audience is missing. Without it, a token that was made for another service would be taken here.";
        }

        if (Roles.Count == 0)
        {
            yield return "auth.oidc.roles is missing. Write which value of the claim gives which role, such as ml-admins=admin.";
        }
    }
}

/// <summary>A value of the claim, and the role that it gives.</summary>
public sealed record RoleOfClaim(string Value, Role Role);
