using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Slipway.Serving.Protocols;

/// <summary>
/// Ends a wait for the other side of a connection in which nothing moves. The web server's own bounds are rates over a whole request: who has sent or taken much in a moment may be silent for hours after it,
/// and what was sent or is to be taken stays in memory as long.
/// </summary>
internal sealed class StallWatch : IAsyncDisposable
{
    private readonly ITimer _timer;
    private readonly Action _end;
    private readonly TimeSpan _limit;
    private volatile bool _stalled;

    private StallWatch(HttpContext context, TimeSpan limit, Action end)
    {
        _limit = limit;
        _end = end;

        // Looked up here, where somebody has to wait anyway.
        var time = context.RequestServices.GetRequiredService<TimeProvider>();
        _timer = time.CreateTimer(static watch => ((StallWatch)watch!).End(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>True when the wait was ended.</summary>
    public bool HasStalled => _stalled;

    /// <summary>A watch over the reading of a body, whose pending read it cancels.</summary>
    public static StallWatch OfBody(HttpRequest request, TimeSpan limit) => new(request.HttpContext, limit, request.BodyReader.CancelPendingRead);

    /// <summary>A watch over the sending of an answer, whose connection it ends: there is nothing left to say on it.</summary>
    public static StallWatch OfAnswer(HttpContext context, TimeSpan limit) => new(context, limit, context.Abort);

    /// <summary>Begins to wait, or begins anew because something has moved.</summary>
    public void Begin() => _timer.Change(_limit, Timeout.InfiniteTimeSpan);

    /// <summary>Waits for an end that is just being made: it must not reach the connection's next request.</summary>
    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void End()
    {
        _stalled = true;
        _end();
    }
}
