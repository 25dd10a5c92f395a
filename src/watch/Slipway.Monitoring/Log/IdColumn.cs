using System.Collections;
using System.Runtime.CompilerServices;
using System.Text;

namespace Slipway.Monitoring.Log;

/// <summary>
/// Prediction ids, one a row, as the bytes that files have. Texts of their own would be the largest objects of the log, one a request: they are made only for whoever asks for one.
/// </summary>
/// <param name="bytes">The ids one after the other, in UTF-8.</param>
/// <param name="offsets">Where each begins, and at last where the last one ends.</param>
[CollectionBuilder(typeof(IdColumn), nameof(Of))]
internal sealed class IdColumn(byte[] bytes, int[] offsets) : IReadOnlyList<string>
{
    /// <summary>The number of rows.</summary>
    public int Count => offsets.Length - 1;

    /// <summary>All ids, one after the other.</summary>
    public ReadOnlySpan<byte> Bytes => bytes.AsSpan(0, offsets[^1]);

    /// <summary>Where each begins in <see cref="Bytes"/>, and where the last one ends.</summary>
    public ReadOnlySpan<int> Offsets => offsets;

    /// <summary>An id as text, which is made anew.</summary>
    public string this[int index] => Encoding.UTF8.GetString(Utf8(index));

    /// <summary>The column of these ids.</summary>
    public static IdColumn Of(params ReadOnlySpan<string> ids)
    {
        var builder = new Builder(ids.Length);
        foreach (var id in ids)
        {
            builder.Add(id);
        }

        return builder.ToColumn();
    }

    /// <summary>An id's bytes.</summary>
    public ReadOnlySpan<byte> Utf8(int row) => bytes.AsSpan(offsets[row], offsets[row + 1] - offsets[row]);

    /// <summary>The ids of these rows, in this order.</summary>
    public IdColumn Pick(int[] rows)
    {
        var builder = new Builder(rows.Length);
        foreach (var row in rows)
        {
            builder.Add(Utf8(row));
        }

        return builder.ToColumn();
    }

    /// <summary>The ids of rows that follow each other.</summary>
    public IdColumn Slice(int start, int length) => Pick([.. Enumerable.Range(start, length)]);

    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Fills a column of so many rows.</summary>
    internal sealed class Builder(int rows)
    {
        /// <summary>The bytes of a generated id: the hexadecimal form of a UUID.</summary>
        public const int GuidLength = 36;

        private readonly int[] _offsets = new int[rows + 1];
        private byte[] _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(1, rows) * GuidLength);
        private int _rows;
        private int _length;

        public void Add(Guid id)
        {
            id.TryFormat(Room(GuidLength), out var written);
            End(written);
        }

        public void Add(ReadOnlySpan<byte> id)
        {
            id.CopyTo(Room(id.Length));
            End(id.Length);
        }

        public void Add(ReadOnlySpan<char> id) => End(Encoding.UTF8.GetBytes(id, Room(Encoding.UTF8.GetMaxByteCount(id.Length))));

        public IdColumn ToColumn() => new(_bytes, _offsets);

        private Span<byte> Room(int bytes)
        {
            if (_bytes.Length - _length < bytes)
            {
                Array.Resize(ref _bytes, checked(Math.Max(_length + bytes, 2 * _bytes.Length)));
            }

            return _bytes.AsSpan(_length);
        }

        private void End(int written)
        {
            _length += written;
            _offsets[++_rows] = _length;
        }
    }
}
