using System.Net;
using System.Net.Sockets;

namespace Slipway.Access.Outbound;

/// <summary>
/// Which addresses a request may go to whose target a user chose. Everything that is not the public internet by IANA's special-purpose registries (RFC 6890 and its updates) is refused: loopback, link-local
/// with the clouds' metadata addresses, private, shared, documentation, multicast, and IPv6 forms that carry such an IPv4 address.
/// </summary>
internal sealed class AddressRules(IReadOnlyList<IPNetwork> allowed)
{
    private static readonly IPNetwork[] Refused =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>True when a request may go there.</summary>
    public bool Allows(IPAddress address)
    {
        var plain = Unwrap(address);
        return allowed.Any(network => network.Contains(plain)) || !Refused.Any(network => network.Contains(plain));
    }

    // The address that a packet ends at, where an IPv6 address only carries it.
    private static IPAddress Unwrap(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return address;
        }

        var bytes = address.GetAddressBytes();
        return address.IsIPv4MappedToIPv6 || Nat64.Contains(address) ? new IPAddress(bytes.AsSpan(12, 4))
            : SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4))
            : new IPAddress(bytes);
    }
}
