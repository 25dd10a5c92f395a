using System.Buffers.Binary;
using System.Text;
using Parquet;
using Parquet.Schema;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Recording;
using ColumnStatistics = Parquet.Meta.Statistics;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>The columns of one row group, each read when it is asked for; what the footer says of them costs nothing.</summary>
internal sealed class GroupReader(ParquetRowGroupReader group, DataField[] fields, SearchReads reads, CancellationToken cancellationToken)
{
    private readonly int _rows = checked((int)group.RowCount);

    /// <summary>The smallest and the largest number of a column, times as microseconds; null where the file does not say.</summary>
    public (long Least, long Most)? Range(int column) =>
        Statistics(column) is { MinValue: { Length: sizeof(long) } least, MaxValue: { Length: sizeof(long) } most }
            ? (BinaryPrimitives.ReadInt64LittleEndian(least), BinaryPrimitives.ReadInt64LittleEndian(most))
            : null;

    /// <summary>The first and the last text of a column, in ordinal order; null where the file does not say.</summary>
    public (string First, string Last)? TextRange(int column) =>
        Statistics(column) is { MinValue: { } first, MaxValue: { } last } ? (Encoding.UTF8.GetString(first), Encoding.UTF8.GetString(last)) : null;

    public async Task<string?[]> TextsAsync(int column)
    {
        var texts = new string?[_rows];
        await group.ReadAsync(Counted(column), texts.AsMemory()!, null, cancellationToken);
        return texts;
    }

    public async Task<T[]> ValuesAsync<T>(int column)
        where T : struct
    {
        var values = new T[_rows];
        await group.ReadAsync<T>(Counted(column), values.AsMemory(), null, cancellationToken);
        return values;
    }

    public async Task<long[]> TimesAsync(int column) => Array.ConvertAll(await ValuesAsync<DateTime>(column), time => time.Ticks);

    public async Task<double[]> NumbersAsync(int column)
    {
        var values = new double?[_rows];
        await group.ReadAsync<double>(Counted(column), values.AsMemory(), null, cancellationToken);
        return Array.ConvertAll(values, value => value ?? double.NaN);
    }

    public async Task<float[]> FloatsAsync(int column)
    {
        var values = new float?[_rows];
        await group.ReadAsync<float>(Counted(column), values.AsMemory(), null, cancellationToken);
        return Array.ConvertAll(values, value => value ?? float.NaN);
    }

    /// <summary>True when the file has a column of this number; what was kept later stands behind the others.</summary>
    public bool Has(int column) => column < fields.Length;

    /// <summary>The columns of calls; null in a file from before there were any.</summary>
    public async Task<CallColumns?> CallsAsync(int column) => !Has(column + ChunkSchema.CallFields - 1) ? null : new CallColumns(
        await FloatsAsync(column),
        await FloatsAsync(column + 1),
        await FloatsAsync(column + 2),
        await FloatsAsync(column + 3),
        await ValuesAsync<long>(column + 4),
        await ValuesAsync<int>(column + 5));

    public async Task<LoggedColumn> ColumnAsync(int column, FileColumn described) => described.Kind switch
    {
        ColumnKind.Number => new NumberValues(described.Name, await NumbersAsync(column)),
        ColumnKind.Text => new TextValues(described.Name, await TextsAsync(column)),
        ColumnKind.Digest => new DigestValues(described.Name, Array.ConvertAll(await TextsAsync(column), JsonTexts.ReadDigest)),
        _ => new VectorValues(described.Name, await VectorsAsync(column)),
    };

    // See HourFile for the levels.
    private async Task<double[]?[]> VectorsAsync(int column)
    {
        var count = checked((int)group.GetMetadata(fields[column])!.MetaData!.NumValues);
        var values = new double[count];
        var definitions = new int[count];
        var repetitions = new int[count];
        await group.ReadRawAsync<double>(Counted(column), values.AsMemory(), definitions.AsMemory(), repetitions.AsMemory(), cancellationToken);
        var vectors = new double[]?[_rows];
        var row = -1;
        var at = 0;
        for (var i = 0; i < count;)
        {
            row++;
            var length = definitions[i] == 2 ? 1 : 0;
            var next = i + 1;
            for (; next < count && repetitions[next] == 1; next++)
            {
                length++;
            }

            vectors[row] = definitions[i] == 0 ? null : values.AsSpan(at, length).ToArray();
            at += length;
            i = next;
        }

        return vectors;
    }

    private DataField Counted(int column)
    {
        reads.AddColumn(group.GetMetadata(fields[column])?.MetaData?.TotalCompressedSize ?? 0);
        return fields[column];
    }

    private ColumnStatistics? Statistics(int column) => group.GetMetadata(fields[column])?.MetaData?.Statistics;
}
