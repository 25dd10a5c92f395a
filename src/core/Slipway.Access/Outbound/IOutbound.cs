using System.Net;
using Slipway.Core.Errors;

namespace Slipway.Access.Outbound;

/// <summary>The one door through which requests go to addresses that a user gave: webhooks, remote sources.</summary>
public interface IOutbound
{
    /// <summary>
    /// Posts a JSON body. The name is resolved when the connection is made and the address that is connected to is the one that was checked, so a name cannot be rebound in between.
    /// A redirect that keeps the method (307, 308) is followed at most three times and checked again; what the target answers is never read beyond its status.
    /// </summary>
    /// <param name="address">An absolute http or https address.</param>
    /// <param name="json">The body, UTF-8.</param>
    /// <param name="headers">Headers to add.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>The status of the last answer, whatever it is.</returns>
    /// <exception cref="SlipwayException">
    /// <see cref="ErrorKind.Forbidden"/>: the address may not be called. <see cref="ErrorKind.Unavailable"/>: it did not answer. The message names the host only, since an address may hold a
    /// secret.
    /// </exception>
    Task<HttpStatusCode> SendAsync(Uri address, ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken);
}

/// <summary>What most callers want of <see cref="IOutbound"/>.</summary>
public static class OutboundPosts
{
    /// <summary>As <see cref="IOutbound.SendAsync"/>, where anything but success is an error (<see cref="ErrorKind.Unavailable"/>).</summary>
    public static async Task PostAsync(
        this IOutbound outbound, Uri address, ReadOnlyMemory<byte> json, IReadOnlyDictionary<string, string> headers, CancellationToken cancellationToken)
    {
        var status = await outbound.SendAsync(address, json, headers, cancellationToken);
        if ((int)status is < 200 or > 299)
        {
            throw new SlipwayException(ErrorKind.Unavailable, $"{address.Host} answered with {(int)status}.");
        }
    }
}
