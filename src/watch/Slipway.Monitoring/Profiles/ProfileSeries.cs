namespace Slipway.Monitoring.Profiles;

/// <summary>The buckets of a version, role and segment that are in memory, oldest first.</summary>
internal sealed class ProfileSeries
{
    private readonly List<ProfileBucket> _buckets = [];

    /// <summary>The buckets, oldest first.</summary>
    public IReadOnlyList<ProfileBucket> Buckets => _buckets;

    /// <summary>The bucket of a start and length, or null.</summary>
    public ProfileBucket? Find(long start, long length)
    {
        var at = IndexOf(start, length);
        return at < _buckets.Count && _buckets[at].Key.Start == start && _buckets[at].Key.Length == length ? _buckets[at] : null;
    }

    /// <summary>Adds a bucket that is not there.</summary>
    public void Add(ProfileBucket bucket) => _buckets.Insert(IndexOf(bucket.Key.Start, bucket.Key.Length), bucket);

    /// <summary>Forgets the buckets that start before a moment.</summary>
    public void Forget(long before) => _buckets.RemoveAll(bucket => bucket.Key.Start < before);

    /// <summary>The buckets that lie in a window, oldest first.</summary>
    public IEnumerable<ProfileBucket> Within(long from, long to)
    {
        for (var i = IndexOf(from, 0); i < _buckets.Count && _buckets[i].Key.Start < to; i++)
        {
            if (_buckets[i].Key.End <= to)
            {
                yield return _buckets[i];
            }
        }
    }

    /// <summary>The sum of a window; without its columns, where only quality is asked for.</summary>
    public WindowProfile Sum(long from, long to, bool columns = true)
    {
        var sum = new WindowProfile();
        foreach (var bucket in Within(from, to))
        {
            sum.Merge(bucket.Profile, columns);
        }

        return sum;
    }

    private int IndexOf(long start, long length)
    {
        var (low, high) = (0, _buckets.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            var key = _buckets[middle].Key;
            if (key.Start < start || (key.Start == start && key.Length < length))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}

/// <summary>A bucket in memory.</summary>
internal sealed class ProfileBucket(ProfileKey key, WindowProfile profile)
{
    /// <summary>What it is of.</summary>
    public ProfileKey Key => key;

    /// <summary>What it holds.</summary>
    public WindowProfile Profile { get; set; } = profile;

    /// <summary>True when it is to be saved.</summary>
    public bool Dirty { get; set; }

    /// <summary>True when more of it may be stored than is in memory: what is here is to be added to that.</summary>
    public bool Partial { get; set; }

    /// <summary>True when rows came since windows were judged last.</summary>
    public bool RowsChanged { get; set; }

    /// <summary>True when labels came since windows were judged last.</summary>
    public bool LabelsChanged { get; set; }
}
