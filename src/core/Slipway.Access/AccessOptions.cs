using System.Net;
using Slipway.Access.Authentication;
using Slipway.Core.Errors;

namespace Slipway.Access;

/// <summary>Settings of access.</summary>
public sealed record AccessOptions
{
    /// <summary>Host names, besides those of the loopback and the addresses that are listened on, by which this server may be called. No wildcard.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>
    /// Networks, in CIDR notation (10.1.0.0/16), that requests to addresses which users gave (webhooks) may go to although they are not public: none unless the operator says so.
    /// </summary>
    public IReadOnlyList<string> OutboundAllow { get; init; } = [];

    /// <summary>True when nobody may do anything without a key or a token; false makes everybody <see cref="Caller.Local"/>.</summary>
    public bool RequireSignIn { get; init; }

    /// <summary>The issuer whose tokens are taken beside keys; null takes none.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary><see cref="OutboundAllow"/>, read.</summary>
    internal IReadOnlyList<IPNetwork> OutboundNetworks => [.. OutboundAllow.Select(IPNetwork.Parse)];

    /// <summary>Throws with every mistake at once.</summary>
    internal void Validate()
    {
        string[] mistakes =
        [
            .. Hosts.Where(host => !IsHost(host)).Select(host => $"hosts: '{host}' is not a host name. Write a name or an address alone: no scheme, no port, no wildcard."),
            .. OutboundAllow.Where(network => !IPNetwork.TryParse(network, out _)).Select(network => $"outbound.allow: '{network}' is not a network. Write it as 10.1.0.0/16."),
            .. Oidc?.Mistakes() ?? [],
            .. Oidc is not null && !RequireSignIn ? ["auth.oidc: tokens are taken only while authentication is on. Set auth.enabled to true, or leave auth.oidc out."] : Array.Empty<string>(),
        ];
        if (mistakes.Length > 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The settings have {mistakes.Length} mistake(s): {string.Join(" ", mistakes)}") { Details = mistakes };
        }
    }

    private static bool IsHost(string host) => IPAddress.TryParse(host, out _) || (Uri.CheckHostName(host) == UriHostNameType.Dns && !host.Contains('*', StringComparison.Ordinal));
}
