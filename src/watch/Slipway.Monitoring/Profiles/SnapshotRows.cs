using System.Globalization;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Profiles;

/// <summary>Rows of a snapshot as the log would have recorded them.</summary>
internal static class SnapshotRows
{
    /// <summary>More rows make no better baseline.</summary>
    public const int MostRows = 200_000;

    private const int Blocks = 20;

    /// <summary>
    /// At most <see cref="MostRows"/> rows in the snapshot's order: all, or twenty stretches spread evenly. Stretches and not single rows, since how alike neighbours are is part of the baseline.
    /// </summary>
    public static Table Choose(Table rows, int most = MostRows)
    {
        if (rows.Rows <= most)
        {
            return rows;
        }

        var length = most / Blocks;
        var indices = new int[length * Blocks];
        for (var block = 0; block < Blocks; block++)
        {
            var first = (int)((long)(rows.Rows - length) * block / (Blocks - 1));
            for (var i = 0; i < length; i++)
            {
                indices[(block * length) + i] = first + i;
            }
        }

        return rows.Take(indices);
    }

    /// <summary>The rows that have a label: the others cannot be scored against it, and were not trained on.</summary>
    public static Table Labelled(Table rows, string label)
    {
        var column = rows[label];
        var present = Enumerable.Range(0, rows.Rows).Where(row => column switch
        {
            NumberColumn numbers => !double.IsNaN(numbers.Values[row]),
            TextColumn texts => texts.Codes[row] >= 0,
            _ => true,
        }).ToArray();
        return present.Length == rows.Rows ? rows : rows.Take(present);
    }

    /// <summary>A column as an input of that type is recorded: FP32 and FP16 have rounded it. Null for times.</summary>
    public static LoggedColumn? Read(Column column, TensorType? type) => column switch
    {
        TextColumn texts => new TextValues(column.Name, [.. Enumerable.Range(0, texts.Codes.Length).Select(texts.At)]),
        NumberColumn numbers when type == TensorType.Bytes => new TextValues(column.Name, Array.ConvertAll(numbers.Values, Text)),
        NumberColumn numbers => new NumberValues(column.Name, type switch
        {
            TensorType.Float32 => Array.ConvertAll(numbers.Values, value => (double)(float)value),
            TensorType.Float16 => Array.ConvertAll(numbers.Values, value => (double)(Half)value),
            _ => numbers.Values,
        }),
        _ => null,
    };

    /// <summary>The inputs that are one value a row and have a column.</summary>
    public static IEnumerable<LoggedColumn> Inputs(ModelSignature signature, Table rows) => signature.Inputs
        .Select(spec => rows.Columns.FirstOrDefault(column => column.Name == spec.Name) is { } column ? Read(column, spec.Type) : null)
        .OfType<LoggedColumn>();

    private static string? Text(double value) => double.IsNaN(value) ? null : value.ToString(CultureInfo.InvariantCulture);
}
