namespace Slipway.Core.Errors;

/// <summary>
/// An error that a caller can act on. The message is one sentence or a few: it names the thing, says what is wrong and what to do next,
/// and is shown to people as it stands, without a stack trace.
/// </summary>
public sealed class SlipwayException : Exception
{
    /// <summary>An error of <paramref name="kind"/> with a message for people.</summary>
    public SlipwayException(ErrorKind kind, string message)
        : base(message) => Kind = kind;

    /// <summary>As the first, keeping the cause for the log.</summary>
    public SlipwayException(ErrorKind kind, string message, Exception inner)
        : base(message, inner) => Kind = kind;

    /// <summary>What went wrong, in the terms a caller can act on.</summary>
    public ErrorKind Kind { get; }

    /// <summary>Single mistakes, when several were found at once (a file with five mistakes reports five); else empty.</summary>
    public IReadOnlyList<string> Details { get; init; } = [];

    /// <summary>How long to wait before trying again, where that is known; HTTP says it as <c>Retry-After</c>.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
