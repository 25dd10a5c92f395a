namespace Slipway.Storage.Events;

/// <summary>Which events of a subject: the newest of those for which all that is given holds.</summary>
/// <param name="Subject">What they happened to, such as <c>deployment/bikes</c>.</param>
/// <param name="Of">Only those of this set.</param>
/// <param name="Limit">The most events.</param>
public sealed record SubjectQuery(string Subject, EventSet Of, int Limit)
{
    /// <summary>Only the last one, in the order of positions, that did not happen after this moment, and those before it; null for all.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>Only those before this position; null for all.</summary>
    public long? Before { get; init; }

    /// <summary>Only those after this position, and of these the oldest, oldest first; null for all.</summary>
    public long? After { get; init; }

    /// <summary>Of the set only these types; none for all.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];
}
