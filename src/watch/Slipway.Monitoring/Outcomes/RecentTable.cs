using System.Diagnostics;
using System.Numerics;

namespace Slipway.Monitoring.Outcomes;

/// <summary>
/// Finds rows by a hash of their id: one array of 64-bit slots, each half of a hash and a row's number, with linear probing and no tombstones (what follows moves up when a row leaves). Four
/// megabytes serve 250 000 rows, so a look mostly stays within the processor's memory.
/// </summary>
internal sealed class RecentTable
{
    private readonly ulong[] _slots;
    private readonly int _mask;
    private ulong _touched;

    /// <summary>A table for at most so many rows.</summary>
    public RecentTable(int rows)
    {
        _slots = new ulong[BitOperations.RoundUpToPowerOf2((uint)Math.Max(8, 2 * rows))];
        _mask = _slots.Length - 1;
    }

    /// <summary>
    /// Reads the first slot of each hash, one behind the other: the processor fetches them side by side, where looks that each end in a branch would wait for memory one at a time.
    /// </summary>
    public void Touch(ReadOnlySpan<UInt128> ids)
    {
        // Kept, so that reading is not left out.
        var seen = _touched;
        foreach (var id in ids)
        {
            seen |= _slots[(int)(uint)id & _mask];
        }

        _touched = seen;
    }

    /// <summary>The row of a hash for which <paramref name="ids"/> says the same, or −1.</summary>
    public int Find(UInt128 id, UInt128[] ids)
    {
        var tag = (uint)id;
        for (var at = (int)tag & _mask; _slots[at] != 0; at = (at + 1) & _mask)
        {
            var slot = _slots[at];
            if ((uint)(slot >> 32) == tag && ids[Row(slot)] == id)
            {
                return Row(slot);
            }
        }

        return -1;
    }

    /// <summary>Adds a row that is not there.</summary>
    public void Add(UInt128 id, int row)
    {
        var tag = (uint)id;
        var at = (int)tag & _mask;
        while (_slots[at] != 0)
        {
            at = (at + 1) & _mask;
        }

        _slots[at] = ((ulong)tag << 32) | (uint)(row + 1);
    }

    /// <summary>Removes a row that is there.</summary>
    public void Remove(UInt128 id, int row)
    {
        var tag = (uint)id;
        var wanted = ((ulong)tag << 32) | (uint)(row + 1);
        var at = (int)tag & _mask;
        while (_slots[at] != wanted)
        {
            Debug.Assert(_slots[at] != 0, "Every row in memory is in the table.");
            at = (at + 1) & _mask;
        }

        // What stands behind and belongs before the gap moves into it, so that a search never ends too early.
        for (var next = (at + 1) & _mask; _slots[next] != 0; next = (next + 1) & _mask)
        {
            var home = (int)(uint)(_slots[next] >> 32) & _mask;
            if (((next - home) & _mask) >= ((next - at) & _mask))
            {
                _slots[at] = _slots[next];
                at = next;
            }
        }

        _slots[at] = 0;
    }

    private static int Row(ulong slot) => (int)(uint)slot - 1;
}
