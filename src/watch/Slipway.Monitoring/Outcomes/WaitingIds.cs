namespace Slipway.Monitoring.Outcomes;

/// <summary>Hashes of ids that wait for their predictions: most predictions have no label yet, and are spared a look into the database. Beyond its bound every id may be waiting.</summary>
internal sealed class WaitingIds
{
    /// <summary>The most ids that are known by themselves.</summary>
    public const int Max = 1_000_000;

    private readonly HashSet<ulong> _hashes = [];
    private bool _overflow;

    /// <summary>False when the id does not wait.</summary>
    public bool MayContain(string id) => _overflow || _hashes.Contains(Hash(id));

    public void Add(string id)
    {
        _overflow |= _hashes.Count >= Max;
        if (!_overflow)
        {
            _hashes.Add(Hash(id));
        }
    }

    public void Remove(string id) => _hashes.Remove(Hash(id));

    // FNV-1a, 64 bits.
    private static ulong Hash(string id)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in id)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash;
    }
}
