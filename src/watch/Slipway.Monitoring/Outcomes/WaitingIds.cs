using System.IO.Hashing;
using System.Text;

namespace Slipway.Monitoring.Outcomes;

/// <summary>Hashes of ids that wait for their predictions: most predictions have no label yet, and are spared a look into the database. Beyond its bound every id may be waiting.</summary>
internal sealed class WaitingIds
{
    /// <summary>The most ids that are known by themselves.</summary>
    public const int Max = 1_000_000;

    private readonly HashSet<ulong> _hashes = [];
    private bool _overflow;

    /// <summary>False when no id waits.</summary>
    public bool Any => _overflow || _hashes.Count > 0;

    /// <summary>False when the id (in UTF-8) does not wait.</summary>
    public bool MayContain(ReadOnlySpan<byte> id) => _overflow || _hashes.Contains(XxHash3.HashToUInt64(id));

    public void Add(string id)
    {
        _overflow |= _hashes.Count >= Max;
        if (!_overflow)
        {
            _hashes.Add(Hash(id));
        }
    }

    public void Remove(string id) => _hashes.Remove(Hash(id));

    private static ulong Hash(string id) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(id));
}
