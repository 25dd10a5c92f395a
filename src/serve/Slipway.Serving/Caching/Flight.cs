namespace Slipway.Serving.Caching;

/// <summary>A run that is under way for one content. Whoever asks for the same meanwhile waits for it.</summary>
/// <param name="shard">Where its answer will be.</param>
/// <param name="key">The content's hash.</param>
/// <param name="content">What is asked, as <see cref="CacheKey"/> writes it.</param>
internal sealed class Flight(CacheShard shard, UInt128 key, ReadOnlyMemory<byte> content)
{
    // Made by the first who waits: most runs have nobody.
    private TaskCompletionSource<Landing>? _waiting;

    /// <summary>Where its answer will be.</summary>
    public CacheShard Shard { get; } = shard;

    /// <summary>The content's hash.</summary>
    public UInt128 Key { get; } = key;

    /// <summary>What is asked. It lies in the first caller's buffer, which is its own until the flight has ended; to be compared with the shard's lock held.</summary>
    public ReadOnlySpan<byte> Content => content.Span;

    /// <summary>How the run ends. Called with the shard's lock held, before the flight has ended.</summary>
    public Task<Landing> Wait() => (_waiting ??= new TaskCompletionSource<Landing>(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Tells those who wait. Called once, when nobody can join any more.</summary>
    public void Tell(CachedAnswer? answer, bool abandoned) => _waiting?.SetResult(new Landing(answer, abandoned));
}

/// <summary>How a run ended for those who waited for it.</summary>
/// <param name="Answer">The answer, or null.</param>
/// <param name="Abandoned">True when there is no answer because its first caller left or ran out of time, which says nothing about the next one.</param>
internal sealed record Landing(CachedAnswer? Answer, bool Abandoned);
