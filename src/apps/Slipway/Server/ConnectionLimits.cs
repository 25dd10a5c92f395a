using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Slipway.Server;

/// <summary>What a caller may cost who is slow, silent or many. Predictions have a bound of their own for what stops on its way (<c>serving.maxStall</c>).</summary>
internal sealed record ConnectionLimits
{
    /// <summary>The most connections; further ones are closed at once.</summary>
    public long Max { get; init; } = 10_000;

    /// <summary>The longest that the head of a request may take from its first byte to its last.</summary>
    public TimeSpan Head { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The longest that a connection stays open between requests. Longer than the minute that proxies usually keep theirs, so that it is they who close them, and never in front of a request.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>Bytes a second that bodies must arrive with, and that answers must be taken with, on average. A modem of 1990 is faster.</summary>
    public int MinBytesPerSecond { get; init; } = 1024;

    /// <summary>How long a body or an answer may be slower than that before it counts.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an open HTTP/2 connection is asked whether somebody is there: a caller that lost its power says nothing, and its streams would stay open for ever.</summary>
    private static TimeSpan Ping { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Has the web server hold these limits.</summary>
    public void Apply(KestrelServerLimits limits)
    {
        limits.MaxConcurrentConnections = Max;
        limits.RequestHeadersTimeout = Head;
        limits.KeepAliveTimeout = Idle;
        limits.MinRequestBodyDataRate = new MinDataRate(MinBytesPerSecond, Grace);
        limits.MinResponseDataRate = new MinDataRate(MinBytesPerSecond, Grace);
        limits.Http2.KeepAlivePingDelay = Ping;
    }
}
