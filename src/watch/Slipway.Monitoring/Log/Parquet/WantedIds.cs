using System.Globalization;
using System.Text;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Ids that are looked for.</summary>
internal sealed class WantedIds
{
    private readonly HashSet<string> _ids;
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly bool[] _lengths;

    public WantedIds(IReadOnlyCollection<string> ids)
    {
        _ids = ids.ToHashSet(StringComparer.Ordinal);
        _lookup = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = new bool[1 + _ids.Max(id => Encoding.UTF8.GetByteCount(id))];
        foreach (var id in _ids)
        {
            _lengths[Encoding.UTF8.GetByteCount(id)] = true;
        }
    }

    /// <summary>All of them, each once.</summary>
    public IReadOnlyCollection<string> All => _ids;

    public bool Contains(string? id) => id is not null && _ids.Contains(id);

    /// <summary>Of the bytes that files have. Most ids have another length than the one that is looked for.</summary>
    public bool Contains(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length >= _lengths.Length || !_lengths[utf8.Length])
        {
            return false;
        }

        // Ids have some hundred characters at most.
        Span<char> text = utf8.Length <= 1024 ? stackalloc char[1024] : new char[utf8.Length];
        return _lookup.Contains(text[..Encoding.UTF8.GetChars(utf8, text)]);
    }

    /// <summary>True when one of them may be among ids of which the first and the last are known: by their bytes, as files have them, or by their characters, as files before 2026-12 have.</summary>
    public bool AnyBetween(string first, string last) => _ids.Any(id => IsBetween(id, first, last, string.CompareOrdinal) || IsBetween(id, first, last, CompareBytes));

    /// <summary>When rows with these ids arrived, if all are UUIDs of version 7 or rows of such; null with other ids. A caller's own may tell another time than that of the arrival.</summary>
    public (DateTime From, DateTime To)? Arrivals()
    {
        var from = DateTime.MaxValue;
        var to = DateTime.MinValue;
        foreach (var id in _ids)
        {
            var slash = id.IndexOf('/', StringComparison.Ordinal);
            if (!Guid.TryParseExact(slash < 0 ? id : id[..slash], "D", out var guid) || guid.Version != 7)
            {
                return null;
            }

            var milliseconds = long.Parse(guid.ToString("N").AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            if (milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            {
                return null;
            }

            var time = DateTime.UnixEpoch.AddMilliseconds(milliseconds);
            from = time < from ? time : from;
            to = time > to ? time : to;
        }

        return (from, to);
    }

    private static bool IsBetween(string id, string first, string last, Comparison<string> compare) => compare(id, first) >= 0 && compare(id, last) <= 0;

    private static int CompareBytes(string a, string b) => Encoding.UTF8.GetBytes(a).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(b));
}
