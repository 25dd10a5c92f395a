namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>
/// Levels of a column (which rows have a value, and which values begin a row) or indexes into its dictionary, as runs of equal ones: most columns have one run. Parquet writes them as runs or packed as
/// bits; whichever is shorter (Apache Parquet, "Run Length Encoding / Bit-Packing Hybrid").
/// </summary>
internal sealed class LevelRuns
{
    private readonly List<(int Value, int Count)> _runs = [];

    /// <summary>How many levels there are.</summary>
    public int Count { get; private set; }

    public void Clear()
    {
        _runs.Clear();
        Count = 0;
    }

    public void Add(int value, int count)
    {
        if (count == 0)
        {
            return;
        }

        Count += count;
        if (_runs.Count > 0 && _runs[^1] is var (last, before) && last == value)
        {
            _runs[^1] = (last, before + count);
        }
        else
        {
            _runs.Add((value, count));
        }
    }

    /// <summary>Appends them to a page.</summary>
    /// <param name="page">The page.</param>
    /// <param name="bits">The bits of the largest value, at most 16.</param>
    public void Write(PageBuffer page, int bits)
    {
        var groups = (Count + 7) / 8;

        // A run is its length, two bytes mostly, and its value.
        if (_runs.Count * 3 <= (groups * bits) + 3)
        {
            foreach (var (value, count) in _runs)
            {
                page.AddVarInt((uint)count << 1);
                page.AddByte((byte)value);
                if (bits > 8)
                {
                    page.AddByte((byte)(value >> 8));
                }
            }

            return;
        }

        page.AddVarInt(((uint)groups << 1) | 1);
        var (packed, filled) = (0u, 0);
        var bytes = page.Take(groups * bits);
        var at = 0;
        foreach (var (value, count) in _runs)
        {
            for (var i = 0; i < count; i++)
            {
                packed |= (uint)value << filled;
                for (filled += bits; filled >= 8; filled -= 8)
                {
                    bytes[at++] = (byte)packed;
                    packed >>= 8;
                }
            }
        }

        if (at < bytes.Length)
        {
            bytes[at++] = (byte)packed;
            bytes[at..].Clear();
        }
    }
}
