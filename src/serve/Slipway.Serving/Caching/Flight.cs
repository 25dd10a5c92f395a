namespace Slipway.Serving.Caching;

/// <summary>A run that is under way for one content. Whoever asks for the same meanwhile waits for it.</summary>
/// <param name="content">What is asked, as <see cref="CacheKey.Copy"/> writes it.</param>
internal sealed class Flight(byte[] content)
{
    // Made by the first who waits: most runs have nobody.
    private TaskCompletionSource<Landing>? _waiting;

    /// <summary>What is asked.</summary>
    public byte[] Content { get; } = content;

    /// <summary>How the run ends. Called with the shard's lock held, before the flight has ended.</summary>
    public Task<Landing> Wait() => (_waiting ??= new TaskCompletionSource<Landing>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Tells those who wait. Called once, when nobody can join any more.</summary>
    public void End(Landing landing) => _waiting?.SetResult(landing);
}

/// <summary>How a run ended for those who waited for it.</summary>
/// <param name="Answer">The answer, or null.</param>
/// <param name="Abandoned">True when there is no answer because its first caller left or ran out of time, which says nothing about the next one.</param>
internal sealed record Landing(CachedAnswer? Answer, bool Abandoned);
