using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Monitoring.Endpoints;

/// <summary>Reads a body of outcomes into memory, bounded.</summary>
internal static class OutcomeBodyReader
{
    /// <summary>Everything that was sent.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.TooLarge"/> as soon as more than <paramref name="limit"/> bytes have come.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"Outcomes are taken as they are, not packed with '{Excerpt.Of(encoding, 40)}'.");
        }

        if (request.ContentLength > limit)
        {
            throw TooLarge(limit);
        }

        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = limit + 1L;
        }

        using var body = new MemoryStream((int)(request.ContentLength ?? 0));
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > limit)
            {
                throw TooLarge(limit);
            }

            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static SlipwayException TooLarge(int limit) => new(
        ErrorKind.TooLarge, $"The outcomes are larger than {limit.ToString(CultureInfo.InvariantCulture)} bytes, the most that is taken at once. Send them in several requests.");
}
