using System.Buffers;
using System.Numerics;
using System.Text;
using Apache.Arrow;
using Parquet;
using Parquet.Schema;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>
/// Writes the columns of a file in their order, which is that of the chunk. Values and levels (which rows have one) are handed to the library as it writes them, in arrays that are used for all
/// columns: an array of nullable numbers costs three times as much, and a text for each id another fifth of the whole.
/// </summary>
internal sealed class HourColumns : IDisposable
{
    private readonly ParquetRowGroupWriter _group;
    private readonly DataField[] _fields;
    private readonly IReadOnlyList<FileRows> _rows;
    private readonly int _count;
    private readonly int[] _levels;
    private readonly ReadOnlyMemory<char>[] _texts;
    private int _next;

    public HourColumns(ParquetRowGroupWriter group, DataField[] fields, IReadOnlyList<FileRows> rows)
    {
        _group = group;
        _fields = fields;
        _rows = rows;
        _count = rows.Sum(r => r.Count);
        _levels = ArrayPool<int>.Shared.Rent(_count);
        _texts = ArrayPool<ReadOnlyMemory<char>>.Shared.Rent(_count);
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_levels);

        // They must not keep the texts.
        ArrayPool<ReadOnlyMemory<char>>.Shared.Return(_texts, clearArray: true);
    }

    /// <summary>A text that is the same for all rows of a batch, or null.</summary>
    public Task SameTextAsync()
    {
        var (next, row) = (0, 0);
        foreach (var rows in _rows)
        {
            var same = ((StringArray)rows.Column(_next)).GetString(0);
            _levels.AsSpan(row, rows.Count).Fill(same is null ? 0 : 1);
            row += rows.Count;
            if (same is not null)
            {
                _texts.AsSpan(next, rows.Count).Fill(same.AsMemory());
                next += rows.Count;
            }
        }

        return WriteTextsAsync(next);
    }

    /// <summary>A text for each row, or null.</summary>
    public Task TextsAsync()
    {
        var (next, row) = (0, 0);
        foreach (var rows in _rows)
        {
            if (rows.Lacks(_next))
            {
                _levels.AsSpan(row, rows.Count).Clear();
                row += rows.Count;
                continue;
            }

            var column = (StringArray)rows.Column(_next);
            var offsets = column.ValueOffsets;
            var first = offsets[0];
            var bytes = column.Values[first..offsets[column.Length]];
            var characters = new char[Encoding.UTF8.GetCharCount(bytes)];

            // Where each byte is a character, as in generated ids, offsets of one are those of the other.
            var isAscii = characters.Length == bytes.Length;
            var at = 0;
            if (isAscii)
            {
                Encoding.UTF8.GetChars(bytes, characters);
            }

            for (var i = 0; i < rows.Count; i++)
            {
                var place = rows[i];
                var known = column.IsValid(place);
                _levels[row++] = known ? 1 : 0;
                if (known)
                {
                    var (from, length) = (offsets[place] - first, offsets[place + 1] - offsets[place]);
                    if (!isAscii)
                    {
                        (from, length) = (at, Encoding.UTF8.GetChars(bytes.Slice(from, length), characters.AsSpan(at)));
                        at += length;
                    }

                    _texts[next++] = characters.AsMemory(from, length);
                }
            }
        }

        return WriteTextsAsync(next);
    }

    /// <summary>Numbers, or times as microseconds, that no row lacks.</summary>
    public Task ValuesAsync<T>()
        where T : struct, IEquatable<T> => ValuesAsync<T>((rows, column, target) =>
    {
        var values = rows.Values<T>(column);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = values[rows[i]];
        }
    });

    /// <summary>Yes or no for each row.</summary>
    public Task FlagsAsync() => ValuesAsync<bool>((rows, column, target) =>
    {
        var bits = ((BooleanArray)rows.Column(column)).Values;
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = BitUtility.GetBit(bits, rows[i]);
        }
    });

    /// <summary>Numbers, of which NaN and those of a missing column are null.</summary>
    public async Task NumbersAsync<T>()
        where T : struct, IFloatingPointIeee754<T>
    {
        var values = ArrayPool<T>.Shared.Rent(_count);
        var known = Numbers(values);
        await _group.WriteAllPartsAsync<T>(_fields[_next++], values.AsMemory(0, known), _levels.AsMemory(0, _count), null, CancellationToken.None);
        ArrayPool<T>.Shared.Return(values);
    }

    /// <summary>
    /// Vectors. Levels as Parquet has them: a value begins its row's list (0) or goes on with it (1); the list is missing (0), empty (1), or has the value (2).
    /// </summary>
    public async Task VectorsAsync()
    {
        var values = new List<double>();
        var definitions = new List<int>();
        var repetitions = new List<int>();
        foreach (var rows in _rows)
        {
            var column = (ListArray)rows.Column(_next);
            var all = ((DoubleArray)column.Values).Values;
            for (var row = 0; row < rows.Count; row++)
            {
                var place = rows[row];
                var missing = column.IsNull(place);
                var length = missing ? 0 : column.GetValueLength(place);
                for (var i = 0; i < Math.Max(1, length); i++)
                {
                    repetitions.Add(i == 0 ? 0 : 1);
                    definitions.Add(missing ? 0 : length == 0 ? 1 : 2);
                }

                values.AddRange(missing ? [] : all.Slice(column.ValueOffsets[place], length));
            }
        }

        await _group.WriteAllPartsAsync<double>(
            _fields[_next++], values.ToArray(), new ReadOnlyMemory<int>([.. definitions]), new ReadOnlyMemory<int>([.. repetitions]), CancellationToken.None);
    }

    // How many are known; they stand at the beginning.
    private int Numbers<T>(T[] values)
        where T : struct, IFloatingPointIeee754<T>
    {
        var (next, row) = (0, 0);
        foreach (var rows in _rows)
        {
            if (rows.Lacks(_next))
            {
                _levels.AsSpan(row, rows.Count).Clear();
                row += rows.Count;
                continue;
            }

            var column = rows.Values<T>(_next);
            for (var i = 0; i < rows.Count; i++)
            {
                // A missing one is overwritten by the next.
                var value = values[next] = column[rows[i]];
                var known = T.IsNaN(value) ? 0 : 1;
                _levels[row++] = known;
                next += known;
            }
        }

        return next;
    }

    private async Task ValuesAsync<T>(Filler<T> fill)
        where T : struct
    {
        var values = ArrayPool<T>.Shared.Rent(_count);
        var next = 0;
        foreach (var rows in _rows)
        {
            fill(rows, _next, values.AsSpan(next, rows.Count));
            next += rows.Count;
        }

        await _group.WriteAsync<T>(_fields[_next++], values.AsMemory(0, _count));
        ArrayPool<T>.Shared.Return(values);
    }

    private Task WriteTextsAsync(int count) => _group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
        _fields[_next++], _texts.AsMemory(0, count), _levels.AsMemory(0, _count), null, CancellationToken.None);

    /// <summary>Writes a column's values of some rows.</summary>
    private delegate void Filler<T>(FileRows rows, int column, Span<T> target);
}
