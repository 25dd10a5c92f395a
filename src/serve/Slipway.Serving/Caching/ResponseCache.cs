using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Serving.Engine;

namespace Slipway.Serving.Caching;

/// <summary>
/// Keeps the answers of one version in one role, and runs the model once for callers that ask the same at the same time. Exact: an answer is only given for inputs that are the same byte for byte as
/// those it was computed from, since they are kept with it and compared. A hash alone would do by chance, not against a caller who looks for two requests that meet.
/// </summary>
internal sealed class ResponseCache
{
    // A shard that is smaller would hardly hold an answer about an image.
    private const long SmallestShard = 4L << 20;
    private const int MaxShards = 16;

    // Of the process and never told: without it nobody can compute which requests share a hash, and so push each other out.
    private static readonly long Secret = BinaryPrimitives.ReadInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(long)));

    private readonly CacheShard[] _shards;
    private readonly TimeProvider _time;
    private readonly TimeSpan? _patience;
    private readonly TimeSpan _lifetime;
    private readonly long _capacity;
    private readonly long _largest;
    private readonly long _ticks;

    // Of the last answer: those of the next are the same strings, and need no array of their own.
    private volatile string[] _names = [];

    internal ResponseCache(TimeSpan lifetime, long capacity, TimeSpan? patience, TimeProvider time)
    {
        _lifetime = lifetime;
        _capacity = capacity;
        _patience = patience;
        _time = time;
        _ticks = (long)Math.Min(lifetime.TotalSeconds * time.TimestampFrequency, long.MaxValue / 4d);
        var wanted = Math.Clamp(capacity / SmallestShard, 1, Math.Min(MaxShards, 2 * Environment.ProcessorCount));
        var count = (int)BitOperations.RoundUpToPowerOf2((ulong)wanted);
        _largest = Math.Min(capacity / count, Array.MaxLength);
        _shards = new CacheShard[count];
        for (var i = 0; i < count; i++)
        {
            _shards[i] = new CacheShard(_largest);
        }
    }

    /// <summary>A cache as the settings want it; null when they want none. <paramref name="former"/> goes on, with what it holds, where the settings are still the same.</summary>
    public static ResponseCache? Create(ServeSettings settings, TimeProvider time, ResponseCache? former)
    {
        if (settings is not { CacheFor: { } lifetime, CacheBytes: > 0 } || lifetime <= TimeSpan.Zero)
        {
            return null;
        }

        return former is not null && former._lifetime == lifetime && former._capacity == settings.CacheBytes && former._patience == settings.Timeout
            ? former
            : new ResponseCache(lifetime, settings.CacheBytes, settings.Timeout, time);
    }

    /// <summary>How a call's place is found; which entry is right is decided by its content.</summary>
    internal CacheHash Hash { get; init; } = CacheKey.Hash;

    /// <summary>What it holds.</summary>
    public CacheFigures Read()
    {
        var figures = default(CacheFigures);
        foreach (var shard in _shards)
        {
            shard.AddTo(ref figures);
        }

        return figures;
    }

    /// <summary>Fills the call's outputs with a kept answer, or with that of a run that is under way for the same inputs, or runs the model and keeps the answer.</summary>
    public ValueTask ScoreAsync(InferenceCall call, int rows, ModelRunner runner, ModelLease lease, CancellationToken cancellationToken)
    {
        call.Content.Clear(int.MaxValue);
        if (!CacheKey.TryWrite(call, call.Content, _largest))
        {
            return runner.RunAsync(call, rows, lease, cancellationToken);
        }

        var key = Hash(call.Content.WrittenSpan, Secret);
        var shard = _shards[(int)(ulong)key & (_shards.Length - 1)];
        var now = _time.GetTimestamp();
        var joined = shard.Join(key, call.Content.Written, now);
        if (joined.Own is { } own)
        {
            return LeadAsync(own, call, rows, runner, lease, cancellationToken);
        }

        if (joined.Landing is { } landing)
        {
            return FollowAsync(key, shard, landing, call, rows, runner, lease, cancellationToken);
        }

        if (joined.Answer is { } answer && answer.Content.SequenceEqual(call.Content.WrittenSpan))
        {
            call.AnswerFrom(answer, now);
            return ValueTask.CompletedTask;
        }

        // The same hash for other inputs: the one that is kept stays, and this one is nobody else's concern.
        return runner.RunAsync(call, rows, lease, cancellationToken);
    }

    private async ValueTask FollowAsync(
        UInt128 key, CacheShard shard, Task<Landing> landing, InferenceCall call, int rows, ModelRunner runner, ModelLease lease, CancellationToken cancellationToken)
    {
        while (true)
        {
            var landed = await WaitAsync(call, landing, cancellationToken);
            call.Taken();
            var now = _time.GetTimestamp();
            if (landed.Answer is { } answer)
            {
                call.AnswerFrom(answer, now);
                return;
            }

            // The other's failure is not this caller's. All who waited run at once now: one after the other would let the last of them wait for all failures before its own.
            var joined = landed.Abandoned ? shard.Join(key, call.Content.Written, now) : default;
            if (joined.Landing is not null)
            {
                landing = joined.Landing;
                continue;
            }

            if (joined.Own is { } own)
            {
                await LeadAsync(own, call, rows, runner, lease, cancellationToken);
            }
            else if (joined.Answer is { } kept && kept.Content.SequenceEqual(call.Content.WrittenSpan))
            {
                call.AnswerFrom(kept, now);
            }
            else
            {
                await runner.RunAsync(call, rows, lease, cancellationToken);
            }

            return;
        }
    }

    private ValueTask LeadAsync(Flight flight, InferenceCall call, int rows, ModelRunner runner, ModelLease lease, CancellationToken cancellationToken)
    {
        ValueTask run;
        try
        {
            run = runner.RunAsync(call, rows, lease, cancellationToken);
        }
        catch (Exception e)
        {
            End(flight, e);
            throw;
        }

        // Most runs end on their caller's thread.
        if (!run.IsCompletedSuccessfully)
        {
            return LeadAsync(flight, call, run);
        }

        run.GetAwaiter().GetResult();
        Keep(flight, call);
        return ValueTask.CompletedTask;
    }

    private async ValueTask LeadAsync(Flight flight, InferenceCall call, ValueTask run)
    {
        try
        {
            await run;
        }
        catch (Exception e)
        {
            End(flight, e);
            throw;
        }

        Keep(flight, call);
    }

    private void Keep(Flight flight, InferenceCall call)
    {
        CachedAnswer? answer = null;
        var now = _time.GetTimestamp();
        try
        {
            answer = CachedAnswer.Of(flight.Key, flight.Content, call.Outputs, _names, now + _ticks);
            _names = answer?.Names ?? _names;
        }
        finally
        {
            // Also where there is no memory for a copy: nobody may wait for ever.
            flight.Shard.End(flight, answer, abandoned: false, now);
        }
    }

    private void End(Flight flight, Exception exception) => flight.Shard.End(
        flight, answer: null, abandoned: exception is OperationCanceledException or SlipwayException { Kind: ErrorKind.Timeout }, _time.GetTimestamp());

    // Whoever waits for another's run keeps its own patience.
    private async ValueTask<Landing> WaitAsync(InferenceCall call, Task<Landing> landing, CancellationToken cancellationToken)
    {
        if ((call.Timeout ?? _patience) is not { } patience)
        {
            return await landing.WaitAsync(cancellationToken);
        }

        try
        {
            return await landing.WaitAsync(patience, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new SlipwayException(
                ErrorKind.Timeout,
                $"The request to {call.Deployment} has waited {patience.TotalMilliseconds:0} ms for the run of an equal one, the longest that it may. Allow it more, or send fewer requests at once.");
        }
    }
}

/// <summary>A hash of content with a seed.</summary>
internal delegate UInt128 CacheHash(ReadOnlySpan<byte> content, long seed);
