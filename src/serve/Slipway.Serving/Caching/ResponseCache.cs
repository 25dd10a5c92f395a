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
    internal Func<InferenceCall, long, UInt128> Hash { get; init; } = CacheKey.Hash;

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
    public ValueTask ScoreAsync(InferenceCall call, ModelRunner runner, ModelLease lease, CancellationToken cancellationToken)
    {
        var key = Hash(call, Secret);
        var shard = _shards[(int)(ulong)key & (_shards.Length - 1)];
        var now = _time.GetTimestamp();
        if (shard.Find(key, now) is not { } answer)
        {
            return MissAsync(key, shard, now, call, runner, lease, cancellationToken);
        }

        if (CacheKey.Matches(call, answer.Content))
        {
            call.AnswerFrom(answer, now);
            return ValueTask.CompletedTask;
        }

        // The same hash for other inputs: the one that is kept stays, and this one is nobody else's concern.
        return runner.RunAsync(call, lease, cancellationToken);
    }

    private async ValueTask MissAsync(
        UInt128 key, CacheShard shard, long now, InferenceCall call, ModelRunner runner, ModelLease lease, CancellationToken cancellationToken)
    {
        var length = CacheKey.Length(call);
        if (length > _largest)
        {
            await runner.RunAsync(call, lease, cancellationToken);
            return;
        }

        var content = CacheKey.Copy(call, (int)length);
        while (true)
        {
            var joined = shard.Join(key, content, now);
            if (joined.Own is { } own)
            {
                await LeadAsync(key, shard, own, call, runner, lease, cancellationToken);
                return;
            }

            var held = joined.Answer?.Content ?? joined.Other!.Content;
            if (!content.AsSpan().SequenceEqual(held))
            {
                await runner.RunAsync(call, lease, cancellationToken);
                return;
            }

            var landing = joined.Landing is null ? new Landing(joined.Answer, Abandoned: false) : await WaitAsync(call, joined.Landing, cancellationToken);
            call.Taken();
            now = _time.GetTimestamp();
            if (landing.Answer is { } answer)
            {
                call.AnswerFrom(answer, now);
                return;
            }

            if (!landing.Abandoned)
            {
                // The other's failure is not this caller's. All who waited run at once now: one after the other would let the last of them wait for all failures before its own.
                await runner.RunAsync(call, lease, cancellationToken);
                return;
            }
        }
    }

    private async ValueTask LeadAsync(
        UInt128 key, CacheShard shard, Flight flight, InferenceCall call, ModelRunner runner, ModelLease lease, CancellationToken cancellationToken)
    {
        var landing = new Landing(Answer: null, Abandoned: false);
        try
        {
            await runner.RunAsync(call, lease, cancellationToken);
            landing = new Landing(CachedAnswer.Of(key, flight.Content, call.Outputs, _time.GetTimestamp() + _ticks), Abandoned: false);
        }
        catch (Exception e) when (e is OperationCanceledException or SlipwayException { Kind: ErrorKind.Timeout })
        {
            landing = new Landing(Answer: null, Abandoned: true);
            throw;
        }
        finally
        {
            shard.End(key, flight, landing, _time.GetTimestamp());
        }
    }

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
