using System.Text.Json;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Predictions;

/// <summary>Reads the values of logged rows and of tensors as people and JSON write them, by their type in the signature.</summary>
internal static class ValueReader
{
    /// <summary>The values of a row's columns in the order of <paramref name="specs"/>; of all columns where the version is not known. What the log has no column for is left out.</summary>
    public static List<LoggedValue> Read(IReadOnlyList<LoggedColumn> columns, int row, IReadOnlyList<TensorSpec>? specs)
    {
        if (specs is null)
        {
            return [.. columns.Where(column => Has(column, row)).Select(column => new LoggedValue(column.Name, null, Value(column, row, null)))];
        }

        var values = new List<LoggedValue>();
        for (var i = 0; i < specs.Count; i++)
        {
            if (MatrixOf(columns, specs, row) is { } matrix)
            {
                values.Add(new LoggedValue(specs[i].Name, specs[i].Type.WireName(), Number(matrix[i], specs[i].Type)));
            }
            else if (Find(columns, specs[i].Name, row) is { } column)
            {
                values.Add(new LoggedValue(specs[i].Name, specs[i].Type.WireName(), Value(column, row, specs[i])));
            }
        }

        return values;
    }

    /// <summary>The column of that name. Where versions gave one name to several kinds, that which has a value.</summary>
    public static LoggedColumn? Find(IReadOnlyList<LoggedColumn> columns, string name, int row) =>
        columns.FirstOrDefault(column => column.Name == name && Has(column, row)) ?? columns.FirstOrDefault(column => column.Name == name);

    /// <summary>A tabular model's columns that came as one matrix, which has a name of its own; null otherwise.</summary>
    public static double[]? MatrixOf(IReadOnlyList<LoggedColumn> columns, IReadOnlyList<TensorSpec> specs, int row) =>
        columns.Where(column => Has(column, row)).ToList() is [var only] && !specs.Any(spec => spec.Name == only.Name) ? only switch
        {
            VectorValues vectors when vectors.Values[row] is { } vector && vector.Length == specs.Count => vector,
            NumberValues numbers when specs.Count == 1 => [numbers.Values[row]],
            _ => null,
        }
        : null;

    /// <summary>The texts of a row: several of them stand in the log as a JSON array, and only the signature tells them from one text that looks like it.</summary>
    public static string?[] Texts(string text, TensorSpec spec)
    {
        if (spec.Type != TensorType.Bytes || spec.Shape.Skip(spec.Shape is [< 0, ..] ? 1 : 0).All(dimension => dimension == 1))
        {
            return [text];
        }

        try
        {
            return JsonSerializer.Deserialize<string?[]>(text)!;
        }
        catch (JsonException)
        {
            // A row of one element where the signature leaves open how many there are.
            return [text];
        }
    }

    /// <summary>A row of an output, of as many as it has.</summary>
    public static object? Read(Tensor tensor, int row, int rows)
    {
        var byRow = tensor.Rank > 0 && tensor.Shape[0] == rows;
        if (!byRow && row > 0)
        {
            return null;
        }

        var elements = byRow ? tensor.Count / rows : tensor.Count;
        var values = new object?[elements];
        for (var i = 0; i < elements; i++)
        {
            values[i] = Element(tensor, (byRow ? row * elements : 0) + i);
        }

        return elements == 1 ? values[0] : values;
    }

    private static object? Element(Tensor tensor, int at) => tensor.Type switch
    {
        TensorType.Bytes => tensor.Items[at] is { } text ? System.Text.Encoding.UTF8.GetString(text.Span) : null,
        TensorType.Bool => tensor.Values<byte>()[at] != 0,
        TensorType.UInt8 => tensor.Values<byte>()[at],
        TensorType.UInt16 => tensor.Values<ushort>()[at],
        TensorType.UInt32 => tensor.Values<uint>()[at],
        TensorType.UInt64 => tensor.Values<ulong>()[at],
        TensorType.Int8 => tensor.Values<sbyte>()[at],
        TensorType.Int16 => tensor.Values<short>()[at],
        TensorType.Int32 => tensor.Values<int>()[at],
        TensorType.Int64 => tensor.Values<long>()[at],
        TensorType.Float16 => Number((double)tensor.Values<Half>()[at], tensor.Type),
        TensorType.Float32 => Number(tensor.Values<float>()[at], tensor.Type),
        _ => Number(tensor.Values<double>()[at], tensor.Type),
    };

    private static bool Has(LoggedColumn column, int row) => column switch
    {
        NumberValues numbers => !double.IsNaN(numbers.Values[row]),
        TextValues texts => texts.Values[row] is not null,
        VectorValues vectors => vectors.Values[row] is not null,
        DigestValues digests => digests.Values[row] is not null,
        _ => false,
    };

    private static object? Value(LoggedColumn column, int row, TensorSpec? spec) => column switch
    {
        NumberValues numbers => Number(numbers.Values[row], spec?.Type),
        TextValues texts => Text(texts.Values[row], spec),
        VectorValues vectors => vectors.Values[row]?.Select(value => Number(value, spec?.Type)).ToArray(),
        DigestValues { Values: var digests } when digests[row] is { } digest =>
            new { digest.Sha256, digest.Shape, min = Number(digest.Min, null), max = Number(digest.Max, null), mean = Number(digest.Mean, null) },
        _ => null,
    };

    private static object? Text(string? text, TensorSpec? spec) => text is null || spec is null ? text : Texts(text, spec) is { Length: > 1 } several ? several : text;

    private static object? Number(double value, TensorType? type) => value switch
    {
        double.NaN => null,
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        _ => type switch
        {
            TensorType.Bool => value != 0,
            TensorType.UInt64 => (ulong)value,
            >= TensorType.UInt8 and <= TensorType.Int64 => (long)value,

            // As short as the type has it: 0.1 rather than 0.10000000149011612.
            TensorType.Float32 => (float)value,
            _ => value,
        },
    };
}
