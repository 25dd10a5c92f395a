using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Slipway.Monitoring.Log.Parquet.Format;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Writes the columns of a file in their order, which is that of the chunk: from Arrow's memory to the page, with nothing in between.</summary>
internal sealed class HourColumns(ParquetFile file, ParquetBuffers buffers, IReadOnlyList<FileRows> all)
{
    private readonly PageBuffer _page = buffers.Page;
    private readonly int _count = all.Sum(rows => rows.Count);
    private int _next;

    /// <summary>A text that is the same for all rows of a batch, or null.</summary>
    public void SameText()
    {
        var levels = Begin(buffers.Definitions);
        var indexes = Begin(buffers.Indexes);
        var distinct = Begin(buffers.Dictionary);
        foreach (var rows in all)
        {
            var column = (StringArray)rows.Column(_next);
            levels.Add(column.IsNull(0) ? 0 : 1, rows.Count);
            if (!column.IsNull(0))
            {
                indexes.Add(distinct.Find(column.GetBytes(0)), rows.Count);
            }
        }

        Begin(_page).Add(levels, bits: 1);
        var bits = BitOperations.Log2((uint)Math.Max(1, distinct.Count - 1)) + 1;
        _page.AddByte((byte)bits);
        indexes.Write(_page, bits);
        file.WriteColumn(_count, distinct.Know(_count - indexes.Count), distinct);
        _next++;
    }

    /// <summary>A text for each row, or null.</summary>
    public void Texts()
    {
        var levels = Begin(buffers.Definitions);
        foreach (var rows in all)
        {
            var column = rows.Column(_next);
            if (column.NullCount == 0 || rows.Lacks(_next))
            {
                levels.Add(column.NullCount == 0 ? 1 : 0, rows.Count);
                continue;
            }

            for (var i = 0; i < rows.Count; i++)
            {
                levels.Add(column.IsValid(rows[i]) ? 1 : 0, 1);
            }
        }

        Begin(_page).Add(levels, bits: 1);
        var range = new TextRange(_page);
        foreach (var rows in all)
        {
            if (!rows.Lacks(_next))
            {
                AddTexts(rows, (StringArray)rows.Column(_next), ref range);
            }
        }

        Write(range.Know(_count - range.Count));
    }

    /// <summary>Numbers, or times as microseconds, that no row lacks.</summary>
    public void Values<T>()
        where T : unmanaged, INumber<T>
    {
        Begin(_page);
        foreach (var rows in all)
        {
            var values = rows.Values<T>(_next);
            if (rows.IsWhole)
            {
                _page.Add(values);
                continue;
            }

            for (var i = 0; i < rows.Count; i++)
            {
                _page.Add([values[rows[i]]]);
            }
        }

        Write(Know<T>(0, _page.Written));
    }

    /// <summary>Yes or no for each row.</summary>
    public void Flags()
    {
        var packed = Begin(_page).Take((_count + 7) / 8);
        packed.Clear();
        var at = 0;
        foreach (var rows in all)
        {
            var bits = ((BooleanArray)rows.Column(_next)).Values;
            for (var i = 0; i < rows.Count; i++, at++)
            {
                packed[at / 8] |= (byte)(BitUtility.GetBit(bits, rows[i]) ? 1 << (at % 8) : 0);
            }
        }

        Write(new ColumnStatistics(0));
    }

    /// <summary>Numbers, of which NaN and those of a missing column are null.</summary>
    public void Numbers<T>()
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var levels = Begin(buffers.Definitions);
        foreach (var rows in all)
        {
            AddLevels(rows, levels, rows.Lacks(_next) ? default : rows.Values<T>(_next));
        }

        Begin(_page).Add(levels, bits: 1);
        var from = _page.Count;
        foreach (var rows in all)
        {
            if (!rows.Lacks(_next))
            {
                AddKnown(rows, rows.Values<T>(_next));
            }
        }

        var known = _page.Written[from..];
        Write(Know<T>(_count - (known.Length / Unsafe.SizeOf<T>()), known));
    }

    /// <summary>
    /// Vectors. Levels as Parquet has them: a value begins its row's list (0) or goes on with it (1); the list is missing (0), empty (1), or has the value (2).
    /// </summary>
    public void Vectors()
    {
        var definitions = Begin(buffers.Definitions);
        var repetitions = Begin(buffers.Repetitions);
        foreach (var rows in all)
        {
            var column = (ListArray)rows.Column(_next);
            for (var i = 0; i < rows.Count; i++)
            {
                var missing = column.IsNull(rows[i]);
                var length = missing ? 0 : column.GetValueLength(rows[i]);
                repetitions.Add(0, 1);
                repetitions.Add(1, Math.Max(0, length - 1));
                definitions.Add(missing ? 0 : length == 0 ? 1 : 2, Math.Max(1, length));
            }
        }

        Begin(_page).Add(repetitions, bits: 1);
        _page.Add(definitions, bits: 2);
        foreach (var rows in all)
        {
            var column = (ListArray)rows.Column(_next);
            var values = ((DoubleArray)column.Values).Values;
            for (var i = 0; i < rows.Count; i++)
            {
                if (column.IsValid(rows[i]))
                {
                    _page.Add(values.Slice(column.ValueOffsets[rows[i]], column.GetValueLength(rows[i])));
                }
            }
        }

        file.WriteColumn(definitions.Count, known: null);
        _next++;
    }

    private static PageBuffer Begin(PageBuffer page)
    {
        page.Clear();
        return page;
    }

    private static LevelRuns Begin(LevelRuns levels)
    {
        levels.Clear();
        return levels;
    }

    private static PageDictionary Begin(PageDictionary dictionary)
    {
        dictionary.Clear();
        return dictionary;
    }

    // Without a value for any row where the column is missing.
    private static void AddLevels<T>(FileRows rows, LevelRuns levels, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (values.IsEmpty)
        {
            levels.Add(0, rows.Count);
            return;
        }

        // A smallest value is NaN when any is.
        if (!T.IsNaN(TensorPrimitives.Min(values)))
        {
            levels.Add(1, rows.Count);
            return;
        }

        for (var i = 0; i < rows.Count; i++)
        {
            levels.Add(T.IsNaN(values[rows[i]]) ? 0 : 1, 1);
        }
    }

    private static ColumnStatistics Know<T>(int missing, ReadOnlySpan<byte> written)
        where T : unmanaged, INumber<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(written);
        var (least, greatest) = values.IsEmpty ? (default, default) : (TensorPrimitives.Min(values), TensorPrimitives.Max(values));

        // A NaN has no place in an order.
        return values.IsEmpty || T.IsNaN(least) ? new ColumnStatistics(missing) : ColumnStatistics.Of(missing, least, greatest);
    }

    private void AddKnown<T>(FileRows rows, ReadOnlySpan<T> values)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (rows.IsWhole && !T.IsNaN(TensorPrimitives.Min(values)))
        {
            _page.Add(values);
            return;
        }

        for (var i = 0; i < rows.Count; i++)
        {
            if (!T.IsNaN(values[rows[i]]))
            {
                _page.Add([values[rows[i]]]);
            }
        }
    }

    private void AddTexts(FileRows rows, StringArray column, ref TextRange range)
    {
        var offsets = column.ValueOffsets;
        var bytes = column.Values;
        var mayLack = column.NullCount > 0;
        for (var i = 0; i < rows.Count; i++)
        {
            var place = rows[i];
            if (!mayLack || column.IsValid(place))
            {
                range.Add(_page.AddText(bytes[offsets[place]..offsets[place + 1]]));
            }
        }
    }

    private void Write(ColumnStatistics known)
    {
        file.WriteColumn(_count, known);
        _next++;
    }
}
