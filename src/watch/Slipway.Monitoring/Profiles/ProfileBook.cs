using Slipway.Statistics.Drift;

namespace Slipway.Monitoring.Profiles;

/// <summary>
/// All buckets of a deployment. Those of the last two windows are in memory; older ones are forgotten when they are saved, and what comes for them later is kept apart until
/// <see cref="LoadAsync"/> adds it to what was stored.
/// </summary>
internal sealed class ProfileBook(string deployment, ProfileStore store)
{
    private readonly Dictionary<(string Version, string Role, string Segment), ProfileSeries> _series = [];

    // Everything that is stored of buckets from here on is in memory; UTC ticks.
    private long _completeFrom;

    /// <summary>All series.</summary>
    public IEnumerable<KeyValuePair<(string Version, string Role, string Segment), ProfileSeries>> Series => _series;

    /// <summary>All buckets in memory.</summary>
    public IEnumerable<ProfileBucket> Buckets => _series.Values.SelectMany(series => series.Buckets);

    /// <summary>A series, or null.</summary>
    public ProfileSeries? Find(string version, string role, string segment) => _series.GetValueOrDefault((version, role, segment));

    /// <summary>The bucket to add to.</summary>
    public ProfileBucket Open(string version, string role, string segment, long start, long length)
    {
        var series = Of(version, role, segment);
        if (series.Find(start, length) is not { } bucket)
        {
            bucket = new ProfileBucket(new ProfileKey(version, role, segment, start, length), new WindowProfile()) { Partial = start < _completeFrom };
            series.Add(bucket);
        }

        bucket.Dirty = true;
        return bucket;
    }

    /// <summary>Reads what is stored of the buckets from a moment on, when the deployment is seen first. Nothing of it was taken yet.</summary>
    public async Task RestoreAsync(IReadOnlyList<StoredProfile> stored, long from, Func<string, Task<IReadOnlyDictionary<string, ColumnBins>>> binsOf)
    {
        foreach (var profile in stored)
        {
            await AddAsync(profile, binsOf);
        }

        _completeFrom = from;
    }

    /// <summary>Makes sure that the buckets from a moment on are whole.</summary>
    public async Task LoadAsync(long from, Func<string, Task<IReadOnlyDictionary<string, ColumnBins>>> binsOf, CancellationToken cancellationToken)
    {
        if (from >= _completeFrom)
        {
            return;
        }

        foreach (var profile in await store.ReadAsync(deployment, from, _completeFrom, cancellationToken))
        {
            await AddAsync(profile, binsOf);
        }

        foreach (var bucket in Buckets.Where(bucket => bucket.Key.Start >= from))
        {
            bucket.Partial = false;
        }

        _completeFrom = from;
    }

    /// <summary>Forgets the buckets that start before a moment. All must be saved.</summary>
    public void Forget(long before)
    {
        if (before <= _completeFrom)
        {
            return;
        }

        foreach (var series in _series.Values)
        {
            series.Forget(before);
        }

        _completeFrom = before;
    }

    private async Task AddAsync(StoredProfile stored, Func<string, Task<IReadOnlyDictionary<string, ColumnBins>>> binsOf)
    {
        var key = stored.Key;
        var series = Of(key.Version, key.Role, key.Segment);
        var profile = WindowProfile.Restore(stored.Data, await binsOf(key.Version));
        if (series.Find(key.Start, key.Length) is not { } bucket)
        {
            series.Add(new ProfileBucket(key, profile));
        }
        else if (bucket.Partial)
        {
            profile.Merge(bucket.Profile);
            bucket.Profile = profile;
            bucket.Partial = false;
        }
    }

    private ProfileSeries Of(string version, string role, string segment)
    {
        if (!_series.TryGetValue((version, role, segment), out var series))
        {
            _series.Add((version, role, segment), series = new ProfileSeries());
        }

        return series;
    }
}
