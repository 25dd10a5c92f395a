using Microsoft.AspNetCore.Http;

namespace Slipway.Serving.Protocols;

/// <summary>
/// Sends a large answer in pieces, each when the one before is on its way. In one piece the web server would hold all of it a second time, for as long as a slow reader likes.
/// </summary>
internal static class LargeAnswer
{
    /// <summary>What is smaller goes in one piece.</summary>
    public const int From = 256 << 10;

    private const int Piece = 64 << 10;

    /// <summary>Writes <paramref name="answer"/> to the response's body, or to what packs it on its way there. A reader who takes nothing for <paramref name="stall"/> is cut off.</summary>
    public static async Task WriteAsync(HttpContext context, Stream to, ReadOnlyMemory<byte> answer, TimeSpan stall)
    {
        await using var watch = StallWatch.OfAnswer(context, stall);
        while (answer.Length > 0)
        {
            watch.Begin();
            var length = Math.Min(Piece, answer.Length);
            await to.WriteAsync(answer[..length], context.RequestAborted);
            answer = answer[length..];
        }
    }
}
