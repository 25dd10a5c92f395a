using Slipway.Core.Names;

namespace Slipway.Serving.Figures;

/// <summary>
/// How long the stages of requests took that one version answered in one role, and how many came from the cache. As <see cref="VersionRecorder"/>: recording takes the lock of the processor's stripe,
/// which hardly ever anybody else holds.
/// </summary>
internal sealed class StageRecorder
{
    private readonly Stripe[] _stripes;
    private readonly long[] _bounds;
    private readonly double _frequency;

    public StageRecorder(VersionReference version, string role, TimeProvider time)
    {
        Version = version;
        Role = role;
        _bounds = StageBuckets.Ticks(time);
        _frequency = time.TimestampFrequency;
        _stripes = new Stripe[Math.Clamp(Environment.ProcessorCount, 1, 16)];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new Stripe();
        }
    }

    public VersionReference Version { get; }

    /// <summary>The role in which the version answered these requests.</summary>
    public string Role { get; }

    /// <summary>
    /// Counts a call that has ended. Of one that failed count the stages that it reached. A call that was answered from the cache has no run, rather than one of no length, which would make the model
    /// look faster than it is.
    /// </summary>
    /// <param name="timing">Where its time went.</param>
    /// <param name="answered">False when it failed.</param>
    /// <param name="cache">Whether its answer came from a cache; null where there is none.</param>
    public void Record(in CallTiming timing, bool answered, bool? cache)
    {
        var stripe = _stripes[Thread.GetCurrentProcessorId() % _stripes.Length];
        lock (stripe)
        {
            Add(stripe, Stage.Parse, timing.Parse, answered);
            Add(stripe, Stage.Queue, timing.Queue, answered);
            Add(stripe, Stage.Batch, timing.Batch, answered);
            Add(stripe, Stage.Run, timing.Run, answered && cache != true);
            Add(stripe, Stage.Write, timing.Write, answered);
            if (answered && cache is { } hit)
            {
                stripe.Hits += hit ? 1 : 0;
                stripe.Misses += hit ? 0 : 1;
            }
        }
    }

    /// <summary>Everything since the process started.</summary>
    public StageTotals Read()
    {
        var buckets = new long[Stages.Count][];
        var ticks = new long[Stages.Count];
        long hits = 0;
        long misses = 0;
        for (var stage = 0; stage < buckets.Length; stage++)
        {
            buckets[stage] = new long[StageBuckets.Count];
        }

        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                hits += stripe.Hits;
                misses += stripe.Misses;
                for (var i = 0; i < stripe.Buckets.Length; i++)
                {
                    buckets[i / StageBuckets.Count][i % StageBuckets.Count] += stripe.Buckets[i];
                }

                for (var stage = 0; stage < ticks.Length; stage++)
                {
                    ticks[stage] += stripe.Ticks[stage];
                }
            }
        }

        return new StageTotals(buckets, [.. ticks.Select(t => t / _frequency)], hits, misses);
    }

    private void Add(Stripe stripe, Stage stage, long ticks, bool reached)
    {
        if (!reached && ticks == 0)
        {
            return;
        }

        var bucket = 0;
        while (bucket < _bounds.Length && ticks > _bounds[bucket])
        {
            bucket++;
        }

        stripe.Buckets[((int)stage * StageBuckets.Count) + bucket]++;
        stripe.Ticks[(int)stage] += ticks;
    }

    private sealed class Stripe
    {
        public long[] Buckets { get; } = new long[Stages.Count * StageBuckets.Count];

        public long[] Ticks { get; } = new long[Stages.Count];

        public long Hits { get; set; }

        public long Misses { get; set; }
    }
}

/// <summary>Everything that was counted of a version in a role.</summary>
/// <param name="Buckets">By <see cref="Stage"/>: requests by <see cref="StageBuckets"/>, each for itself.</param>
/// <param name="Seconds">By <see cref="Stage"/>: their time.</param>
/// <param name="Hits">Requests that were answered from the cache.</param>
/// <param name="Misses">Requests that were run although there is a cache.</param>
internal sealed record StageTotals(long[][] Buckets, double[] Seconds, long Hits, long Misses);
