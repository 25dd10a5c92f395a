using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;

namespace Slipway.Access.Browser;

/// <summary>
/// The names that this server goes by. A page of an attacker can point a name of its own at our address (DNS rebinding) and would then be of our origin for the browser; it
/// cannot make the browser send a name that is not its own.
/// </summary>
internal sealed class KnownHosts
{
    private readonly FrozenSet<string> _configured;

    // Read at the first request: before that the server does not know what it listens on.
    private readonly Lazy<FrozenSet<string>> _listened;

    // Nearly every request comes with the same header, and HostString.Host cuts a new string out of it each time.
    private volatile string? _lastKnown;

    public KnownHosts(AccessOptions options, IServer? server)
    {
        _configured = options.Hosts.Append("localhost").Select(Normalise).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _listened = new(() => Listened(server).ToFrozenSet(StringComparer.OrdinalIgnoreCase));
    }

    public bool Contains(HostString host, IPAddress? localAddress)
    {
        if (host.Value is { } value && value == _lastKnown)
        {
            return true;
        }

        // The port says nothing: it may have been mapped on the way, and the browser's page got it right anyway.
        var name = host.Host;
        var address = IPAddress.TryParse(name, out var parsed) && IsCanonical(name, parsed) ? parsed : null;
        if (_configured.Contains(name) || _listened.Value.Contains(name) || (address is not null && IPAddress.IsLoopback(address)))
        {
            _lastKnown = host.Value;
            return true;
        }

        // An address cannot be rebound, but only the one that was called is ours for sure.
        return address is not null && Same(address, localAddress);
    }

    // IPAddress.TryParse also takes 0177.1 and 2130706433 for loopback, which browsers never send.
    private static bool IsCanonical(string name, IPAddress address) => address.ToString().Equals(name.Trim('[', ']'), StringComparison.OrdinalIgnoreCase);

    private static bool Same(IPAddress address, IPAddress? local) => local is not null && address.Equals(local.IsIPv4MappedToIPv6 ? local.MapToIPv4() : local);

    // HostString.Host keeps the brackets of an IPv6 address, so names are kept in that form.
    private static string Normalise(string host) =>
        IPAddress.TryParse(host, out var address) && address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{address}]" : host;

    // An address with a name, such as http://models.example:80; a wildcard is not a name.
    private static IEnumerable<string> Listened(IServer? server) => (server?.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        .Select(address => Uri.TryCreate(address, UriKind.Absolute, out var uri) ? uri : null)
        .Where(uri => uri is { HostNameType: UriHostNameType.Dns } || (uri is not null && IPAddress.TryParse(uri.Host, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any)))
        .Select(uri => uri!.Host);
}
