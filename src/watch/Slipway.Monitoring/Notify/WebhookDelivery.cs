namespace Slipway.Monitoring.Notify;

/// <summary>One event on its way to one address.</summary>
/// <param name="Id">The delivery's id: the event's position and the address, so that the same event is never queued twice. Sent along, so that a receiver can tell repeats.</param>
/// <param name="Position">The event's position.</param>
/// <param name="Deployment">The deployment that it is about.</param>
/// <param name="Address">Where to. May hold a secret: never logged.</param>
/// <param name="Body">The JSON to send.</param>
/// <param name="Attempts">Attempts that failed.</param>
/// <param name="CreatedAt">When the event was taken up (UTC).</param>
/// <param name="DueAt">When to try next (UTC).</param>
internal sealed record WebhookDelivery(string Id, long Position, string Deployment, string Address, string Body, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset DueAt)
{
    /// <summary>How long an address that does not answer is tried.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(1);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The delivery after a failed attempt: ten seconds later, then twice as long each time up to an hour; null when it is time to give up.</summary>
    public WebhookDelivery? Retry(DateTimeOffset now)
    {
        var wait = First * Math.Pow(2, Math.Min(Attempts, 20));
        var next = this with { Attempts = Attempts + 1, DueAt = now + (wait < Longest ? wait : Longest) };
        return next.DueAt - CreatedAt > GiveUpAfter ? null : next;
    }
}
