namespace Slipway.Monitoring.Log.Recording;

/// <summary>Reads the blocks of several stripes as one row of calls, in the order of their numbers. Used by one thread.</summary>
internal sealed class CallMerge(BlockPool pool)
{
    /// <summary>What <see cref="Next"/> says when there is no call.</summary>
    public const long None = long.MaxValue;

    private readonly List<Cursor> _cursors = [];
    private readonly List<CallBlock> _read = [];
    private Cursor? _first;
    private long _rows;
    private long _bytes;

    /// <summary>The number of the next call.</summary>
    public long Next => _first?.Sequence ?? None;

    /// <summary>Adds the blocks of a stripe, whose calls are in order.</summary>
    public void Add(CallBlock[] blocks)
    {
        _cursors.Add(new Cursor(blocks));
        FindFirst();
    }

    /// <summary>Takes the next call.</summary>
    public CallPlace Take()
    {
        var cursor = _first!;
        var place = new CallPlace(cursor.Block, cursor.At);
        ref readonly var header = ref place.Header;
        _rows += header.Rows;
        _bytes += header.Length;
        if (cursor.MoveNext(header.Length) is { } read)
        {
            _read.Add(read);
        }

        if (cursor.Sequence == None)
        {
            _cursors.Remove(cursor);
            FindFirst();
        }
        else if (_cursors.Count > 1)
        {
            FindFirst();
        }

        return place;
    }

    /// <summary>Gives back the blocks that were read to their end; answers the rows and bytes that were taken since the last time.</summary>
    public (long Rows, long Bytes) Release()
    {
        _read.ForEach(pool.Return);
        _read.Clear();
        var taken = (_rows, _bytes);
        (_rows, _bytes) = (0, 0);
        return taken;
    }

    private void FindFirst()
    {
        _first = _cursors.Count == 0 ? null : _cursors[0];
        for (var i = 1; i < _cursors.Count; i++)
        {
            _first = _cursors[i].Sequence < _first!.Sequence ? _cursors[i] : _first;
        }
    }

    private sealed class Cursor(CallBlock[] blocks)
    {
        private int _block;

        public CallBlock Block => blocks[_block];

        public int At { get; private set; }

        public long Sequence { get; private set; } = blocks[0].Header(0).Sequence;

        /// <summary>Moves on by the length of a call; answers the block that is read to its end with it.</summary>
        public CallBlock? MoveNext(int length)
        {
            CallBlock? read = null;
            At += length;
            if (At == Block.Used)
            {
                read = Block;
                At = 0;
                if (++_block == blocks.Length)
                {
                    Sequence = None;
                    return read;
                }
            }

            Sequence = Block.Header(At).Sequence;
            return read;
        }
    }
}

/// <summary>Where a call's copy is.</summary>
internal readonly record struct CallPlace(CallBlock Block, int At)
{
    public ref readonly CallHeader Header => ref Block.Header(At);

    public CallRoute Route => Block.Route(Header.Route);

    public int Rows => Header.Rows;

    public bool Has(CallParts part) => (Header.Parts & part) != 0;

    /// <summary>The caller's id, or null.</summary>
    public string? RequestId => Has(CallParts.RequestId) ? (string)Block.Reference(Header.References) : null;

    /// <summary>When the rows happened, as the caller said; empty when nothing was said.</summary>
    public IReadOnlyList<DateTimeOffset> EventTimes =>
        Has(CallParts.EventTimes) ? (IReadOnlyList<DateTimeOffset>)Block.Reference(Header.References + Before(CallParts.EventTimes)) : [];

    public IReadOnlyList<string> StickyKeys => Has(CallParts.StickyKeys) ? (IReadOnlyList<string>)Block.Reference(Header.References + Before(CallParts.StickyKeys)) : [];

    public (string Name, IReadOnlyList<string> Values) Segment(int number)
    {
        var at = Header.References + Before(CallParts.Randomised) + (2 * number);
        return ((string)Block.Reference(at), (IReadOnlyList<string>)Block.Reference(at + 1));
    }

    /// <summary>Why the call failed, or null.</summary>
    public CallError? Error => Has(CallParts.Error) ? (CallError)Block.Reference(Header.References + Before(CallParts.Randomised) + (2 * Header.Segments)) : null;

    // How many references stand before those of a part.
    private int Before(CallParts part) => System.Numerics.BitOperations.PopCount((uint)Header.Parts & ((uint)part - 1));
}
