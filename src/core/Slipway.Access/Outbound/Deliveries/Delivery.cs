namespace Slipway.Access.Outbound.Deliveries;

/// <summary>One event on its way to one receiver.</summary>
/// <param name="Id">The delivery's id: the event's position and the receiver, so that the same event is never queued twice. Sent along, so that a receiver can tell repeats.</param>
/// <param name="Position">The event's position.</param>
/// <param name="Receiver">Whom to tell: an address, or what leads to one. May hold a secret: never logged.</param>
/// <param name="About">What it is about, for logs and events.</param>
/// <param name="Body">The JSON to send.</param>
/// <param name="Attempts">Attempts that failed.</param>
/// <param name="CreatedAt">When the event was taken up (UTC).</param>
/// <param name="DueAt">When to try next (UTC).</param>
public sealed record Delivery(string Id, long Position, string Receiver, string About, string Body, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset DueAt)
{
    /// <summary>How long a receiver that does not answer is tried.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The delivery after a failed attempt: ten seconds later, then twice as long each time up to an hour; null when it is time to give up.</summary>
    public Delivery? Retry(DateTimeOffset now)
    {
        var wait = First * Math.Pow(2, Math.Min(Attempts, 20));
        var next = this with { Attempts = Attempts + 1, DueAt = now + (wait < Longest ? wait : Longest) };
        return next.DueAt - CreatedAt > GiveUpAfter ? null : next;
    }
}

/// <summary>Where a delivery goes, as it is at the moment of the attempt.</summary>
/// <param name="Address">An absolute http or https address. May hold a secret.</param>
/// <param name="Headers">Headers to send along.</param>
public sealed record DeliveryTarget(Uri Address, IReadOnlyDictionary<string, string> Headers);
