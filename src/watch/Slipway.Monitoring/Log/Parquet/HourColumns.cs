using System.Buffers;
using System.Numerics;
using System.Text;
using Parquet;
using Parquet.Schema;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>
/// Writes the columns of a file in their order. Values and levels (which rows have one) are handed to the library as it writes them, in arrays that are used for all columns: an array of
/// nullable numbers costs three times as much, and a text for each id another fifth of the whole.
/// </summary>
internal sealed class HourColumns : IDisposable
{
    private readonly ParquetRowGroupWriter _group;
    private readonly DataField[] _fields;
    private readonly IReadOnlyList<FileRows> _rows;
    private readonly int _count;
    private readonly int[] _levels;
    private int _next;

    public HourColumns(ParquetRowGroupWriter group, DataField[] fields, IReadOnlyList<FileRows> rows)
    {
        _group = group;
        _fields = fields;
        _rows = rows;
        _count = rows.Sum(r => r.Count);
        _levels = ArrayPool<int>.Shared.Rent(_count);
    }

    public void Dispose() => ArrayPool<int>.Shared.Return(_levels);

    /// <summary>Prediction ids.</summary>
    public async Task IdsAsync()
    {
        var texts = new ReadOnlyMemory<char>[_count];
        var next = 0;
        foreach (var rows in _rows)
        {
            var ids = rows.Batch.Ids;
            var characters = new char[Encoding.UTF8.GetMaxCharCount(ids.Bytes.Length)];
            var at = 0;
            for (var i = 0; i < rows.Count; i++)
            {
                var length = Encoding.UTF8.GetChars(ids.Utf8(rows[i]), characters.AsSpan(at));
                texts[next++] = characters.AsMemory(at, length);
                at += length;
            }
        }

        _levels.AsSpan(0, _count).Fill(1);
        await WriteAsync(texts, _count);
    }

    /// <summary>A text that is the same for all rows of a batch, or null.</summary>
    public async Task TextsAsync(Func<FileRows, string?> text)
    {
        var texts = new ReadOnlyMemory<char>[_count];
        var (next, row) = (0, 0);
        foreach (var rows in _rows)
        {
            var same = text(rows);
            _levels.AsSpan(row, rows.Count).Fill(same is null ? 0 : 1);
            row += rows.Count;
            if (same is not null)
            {
                texts.AsSpan(next, rows.Count).Fill(same.AsMemory());
                next += rows.Count;
            }
        }

        await WriteAsync(texts, next);
    }

    /// <summary>A text for each row; null where it is missing, or all are.</summary>
    public async Task TextsAsync(Func<FileRows, string?[]?> values)
    {
        var texts = new ReadOnlyMemory<char>[_count];
        var (next, row) = (0, 0);
        foreach (var rows in _rows)
        {
            var some = values(rows);
            for (var i = 0; i < rows.Count; i++)
            {
                var text = some?[rows[i]];
                _levels[row++] = text is null ? 0 : 1;
                if (text is not null)
                {
                    texts[next++] = text.AsMemory();
                }
            }
        }

        await WriteAsync(texts, next);
    }

    /// <summary>Ticks of UTC.</summary>
    public Task TimesAsync(Func<FileRows, long[]> ticks) => ValuesAsync<DateTime>((rows, target) =>
    {
        var values = ticks(rows);
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = new DateTime(values[rows[i]], DateTimeKind.Utc);
        }
    });

    /// <summary>Values that no row lacks.</summary>
    public async Task ValuesAsync<T>(Filler<T> fill)
        where T : struct
    {
        var values = ArrayPool<T>.Shared.Rent(_count);
        var next = 0;
        foreach (var rows in _rows)
        {
            fill(rows, values.AsSpan(next, rows.Count));
            next += rows.Count;
        }

        await _group.WriteAsync<T>(_fields[_next++], values.AsMemory(0, _count));
        ArrayPool<T>.Shared.Return(values);
    }

    /// <summary>Numbers, of which NaN and those of a missing column are null.</summary>
    public async Task NumbersAsync<T>(Func<FileRows, T[]?> numbers)
        where T : struct, IFloatingPointIeee754<T>
    {
        var values = ArrayPool<T>.Shared.Rent(_count);
        var (next, row) = (0, 0);
        foreach (var rows in _rows)
        {
            var some = numbers(rows);
            if (some is null)
            {
                _levels.AsSpan(row, rows.Count).Clear();
                row += rows.Count;
                continue;
            }

            for (var i = 0; i < rows.Count; i++)
            {
                // A missing one is overwritten by the next.
                var value = values[next] = some[rows[i]];
                var known = T.IsNaN(value) ? 0 : 1;
                _levels[row++] = known;
                next += known;
            }
        }

        await _group.WriteAllPartsAsync<T>(_fields[_next++], values.AsMemory(0, next), _levels.AsMemory(0, _count), null, CancellationToken.None);
        ArrayPool<T>.Shared.Return(values);
    }

    /// <summary>
    /// Vectors. Levels as Parquet has them: a value begins its row's list (0) or goes on with it (1); the list is missing (0), empty (1), or has the value (2).
    /// </summary>
    public async Task VectorsAsync(Func<FileRows, double[]?[]?> vectors)
    {
        var values = new List<double>();
        var definitions = new List<int>();
        var repetitions = new List<int>();
        foreach (var rows in _rows)
        {
            var some = vectors(rows);
            for (var row = 0; row < rows.Count; row++)
            {
                var vector = some?[rows[row]];
                for (var i = 0; i < Math.Max(1, vector?.Length ?? 0); i++)
                {
                    repetitions.Add(i == 0 ? 0 : 1);
                    definitions.Add(vector is null ? 0 : vector.Length == 0 ? 1 : 2);
                }

                values.AddRange(vector ?? []);
            }
        }

        await _group.WriteAllPartsAsync<double>(
            _fields[_next++], values.ToArray(), new ReadOnlyMemory<int>([.. definitions]), new ReadOnlyMemory<int>([.. repetitions]), CancellationToken.None);
    }

    private Task WriteAsync(ReadOnlyMemory<char>[] texts, int count) => _group.WriteAllPartsAsync<ReadOnlyMemory<char>>(
        _fields[_next++], texts.AsMemory(0, count), _levels.AsMemory(0, _count), null, CancellationToken.None);
}

/// <summary>Writes a column's values of some rows.</summary>
internal delegate void Filler<T>(FileRows rows, Span<T> target);
