using System.Net;
using Slipway.Core.Errors;

namespace Slipway.Access;

/// <summary>Settings of access.</summary>
public sealed record AccessOptions
{
    /// <summary>Host names, besides those of the loopback and the addresses that are listened on, by which this server may be called. No wildcard.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Throws with every mistake at once.</summary>
    internal void Validate()
    {
        string[] mistakes = [.. Hosts.Where(host => !IsHost(host)).Select(host => $"hosts: '{host}' is not a host name. Write a name or an address alone: no scheme, no port, no wildcard.")];
        if (mistakes.Length > 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The setting hosts has {mistakes.Length} mistake(s): {string.Join(" ", mistakes)}") { Details = mistakes };
        }
    }

    private static bool IsHost(string host) => IPAddress.TryParse(host, out _) || (Uri.CheckHostName(host) == UriHostNameType.Dns && !host.Contains('*', StringComparison.Ordinal));
}
