using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Net.Sockets;
using Slipway.Core.Errors;

namespace Slipway.Access.Outbound;

/// <inheritdoc cref="IOutbound"/>
internal sealed class OutboundClient : IOutbound, IDisposable
{
    private const int MaxRedirects = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly AddressRules _rules;
    private readonly HttpClient _http;

    public OutboundClient(AccessOptions options)
    {
        _rules = new AddressRules(options.OutboundNetworks);

        // No proxy: it would resolve the name by itself, and connect to what was never checked.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
        })
        { Timeout = Limit };
    }

    public async Task<HttpStatusCode> SendAsync(Uri address, ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken)
    {
        try
        {
            for (var hop = 0; hop <= MaxRedirects; hop++)
            {
                using var request = Request(address, json, headers);
                using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                if (answer.StatusCode is not (HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) || answer.Headers.Location is not { } next)
                {
                    return answer.StatusCode;
                }

                address = Follow(address, new Uri(address, next));
            }

            throw new SlipwayException(ErrorKind.Unavailable, $"{address.Host} redirects more than {MaxRedirects} times.");
        }
        catch (HttpRequestException exception)
        {
            throw exception.InnerException as SlipwayException ?? new SlipwayException(ErrorKind.Unavailable, $"{address.Host} cannot be reached: {exception.Message}", exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SlipwayException(ErrorKind.Unavailable, $"{address.Host} did not answer within {Limit.TotalSeconds:0} s.", exception);
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Request(Uri address, ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string> headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, address)
        {
            Content = new ReadOnlyMemoryContent(json) { Headers = { ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json) } },
        };
        request.Headers.UserAgent.ParseAdd("slipway");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private static Uri Follow(Uri from, Uri to) => to.Scheme == Uri.UriSchemeHttps || (to.Scheme == Uri.UriSchemeHttp && from.Scheme == Uri.UriSchemeHttp)
        ? to
        : throw new SlipwayException(ErrorKind.Forbidden, $"{from.Host} redirects from {from.Scheme} to {to.Scheme}, which is not followed.");

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);

        // One forbidden address among several would be enough for an attacker who owns the name, so all must be allowed.
        if (addresses.FirstOrDefault(a => !_rules.Allows(a)) is { } refused)
        {
            throw new SlipwayException(
                ErrorKind.Forbidden, $"{host} is {refused}, an address of this machine or a private network, which is not called. The operator may allow it with the setting `outbound.allow`.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
