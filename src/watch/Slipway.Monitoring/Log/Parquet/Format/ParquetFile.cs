using System.Buffers.Binary;

namespace Slipway.Monitoring.Log.Parquet.Format;

/// <summary>
/// Writes a Parquet file of one row group with a page a column (Apache Parquet, format 2.11, parquet.thrift). Values are handed over as a page's bytes, which for columns of numbers is one copy;
/// why this is not left to a library is said in docs/decisions/0010.
/// </summary>
internal sealed class ParquetFile(Stream stream, IReadOnlyList<ParquetColumn> columns, ParquetBuffers buffers)
{
    private const int Plain = 0;
    private const int Rle = 3;
    private const int RleDictionary = 8;
    private const int DataPage = 0;
    private const int DictionaryPage = 2;

    private readonly List<Chunk> _chunks = [];
    private long _position;

    private static ReadOnlySpan<byte> Magic => "PAR1"u8;

    /// <summary>Writes the next column, whose values stand in <see cref="ParquetBuffers.Page"/>.</summary>
    /// <param name="count">Its values, missing ones among them.</param>
    /// <param name="known">What is known of them; null for lists, whose missing values readers count in different ways.</param>
    /// <param name="dictionary">The texts that the page has indexes of; null when it has the values themselves.</param>
    public void WriteColumn(int count, ColumnStatistics? known, PageDictionary? dictionary = null)
    {
        if (_chunks.Count == 0)
        {
            Send(Magic);
        }

        var chunk = new Chunk { Begin = _position, Values = count, Known = known, HasDictionary = dictionary is not null };
        if (dictionary is not null)
        {
            Send(chunk, dictionary.Page.Written, isPacked: false, header =>
            {
                header.Begin(7);
                header.Number(1, dictionary.Count);
                header.Number(2, Plain);
                header.End();
            }, DictionaryPage);
            chunk.Data = _position;
        }
        else
        {
            chunk.Data = chunk.Begin;
            chunk.IsPacked = buffers.TryPack();
        }

        Send(chunk, buffers.Page.Written, chunk.IsPacked, header =>
        {
            header.Begin(5);
            header.Number(1, count);
            header.Number(2, chunk.HasDictionary ? RleDictionary : Plain);
            header.Number(3, Rle);
            header.Number(4, Rle);
            header.End();
        }, DataPage);
        _chunks.Add(chunk);
    }

    /// <summary>Writes the footer; the file is whole then.</summary>
    public void Finish(int rows, IReadOnlyDictionary<string, string> metadata)
    {
        var footer = buffers.Thrift;
        footer.Clear();
        footer.Number(1, 1);
        footer.StructList(2, 1 + columns.Sum(c => c.Elements));
        footer.BeginElement();
        footer.Text(4, "schema");
        footer.Number(5, columns.Count);
        footer.End();
        foreach (var column in columns)
        {
            column.Describe(footer);
        }

        footer.Number(3, (long)rows);
        footer.StructList(4, 1);
        footer.BeginElement();
        footer.StructList(1, columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            Describe(footer, columns[i], _chunks[i]);
        }

        footer.Number(2, _chunks.Sum(c => c.Unpacked));
        footer.Number(3, (long)rows);
        footer.Number(5, (long)Magic.Length);
        footer.Number(6, _chunks.Sum(c => c.Packed));
        footer.End();
        footer.StructList(5, metadata.Count);
        foreach (var (key, value) in metadata)
        {
            footer.BeginElement();
            footer.Text(1, key);
            footer.Text(2, value);
            footer.End();
        }

        footer.Text(6, "slipway");

        // Smallest and largest values are by the order of each column's type, else readers must not use them.
        footer.StructList(7, columns.Count);
        for (var i = 0; i < columns.Count; i++)
        {
            footer.BeginElement();
            footer.Empty(1);
            footer.End();
        }

        footer.End();
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, footer.Written.Length);
        Send(footer.Written);
        Send(length);
        Send(Magic);
    }

    private static void Describe(CompactWriter footer, ParquetColumn column, Chunk chunk)
    {
        footer.BeginElement();
        footer.Number(2, chunk.Begin);
        footer.Begin(3);
        footer.Number(1, column.Type);
        if (chunk.HasDictionary)
        {
            footer.List(2, Plain, Rle, RleDictionary);
        }
        else
        {
            footer.List(2, Plain, Rle);
        }

        footer.List(3, column.Path);
        footer.Number(4, chunk.IsPacked ? 1 : 0);
        footer.Number(5, (long)chunk.Values);
        footer.Number(6, chunk.Unpacked);
        footer.Number(7, chunk.Packed);
        footer.Number(9, chunk.Data);
        if (chunk.HasDictionary)
        {
            footer.Number(11, chunk.Begin);
        }

        chunk.Known?.Describe(footer, field: 12);
        footer.End();
        footer.End();
    }

    // A page behind its header.
    private void Send(Chunk chunk, ReadOnlySpan<byte> page, bool isPacked, Action<CompactWriter> describe, int type)
    {
        var bytes = isPacked ? buffers.Packed : page;
        var header = buffers.Thrift;
        header.Clear();
        header.Number(1, type);
        header.Number(2, page.Length);
        header.Number(3, bytes.Length);
        describe(header);
        header.End();
        var head = header.Written.Length;
        Send(header.Written);
        Send(bytes);
        chunk.Unpacked += head + page.Length;
        chunk.Packed += head + bytes.Length;
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        _position += bytes.Length;
    }

    /// <summary>What the footer says of a column that was written.</summary>
    private sealed class Chunk
    {
        public long Begin { get; init; }

        public long Data { get; set; }

        public int Values { get; init; }

        public ColumnStatistics? Known { get; init; }

        public bool HasDictionary { get; init; }

        public bool IsPacked { get; set; }

        public long Unpacked { get; set; }

        public long Packed { get; set; }
    }
}
