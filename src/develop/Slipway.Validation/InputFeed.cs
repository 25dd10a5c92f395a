using System.Text;
using Slipway.Core.Errors;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Validation;

/// <summary>Fills a model's inputs from a table: by name, or, for a model that takes one nameless matrix, all number columns but the label in the table's order.</summary>
public sealed class InputFeed
{
    private readonly List<(TensorSpec Spec, Column Column, ReadOnlyMemory<byte>[] Words)> _columns = [];
    private readonly TensorSpec? _matrix;
    private readonly double[][] _matrixColumns = [];

    /// <param name="signature">What the model takes.</param>
    /// <param name="rows">The table.</param>
    /// <param name="label">The column that is no input; null where the table has none.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>: the table lacks a column that the model takes, or has it as something else.</exception>
    public InputFeed(ModelSignature signature, Table rows, string? label)
    {
        if (!signature.Tabular && signature.Inputs is [{ Shape: [_, var width] } only] && rows.Columns.All(c => c.Name != only.Name))
        {
            _matrix = only;
            _matrixColumns = [.. rows.Columns.Where(c => c.Name != label).OfType<NumberColumn>().Select(c => c.Values)];
            if (width >= 0 && width != _matrixColumns.Length)
            {
                throw Invalid($"The model takes a matrix of {width} columns, but the data has {_matrixColumns.Length} number columns besides the label{(label is null ? "" : $" '{label}'")}. Name the columns in {TabularSchema.FileName}.");
            }

            return;
        }

        foreach (var spec in signature.Inputs)
        {
            var column = rows.Columns.FirstOrDefault(c => c.Name == spec.Name);
            if (column is null && spec.Optional)
            {
                continue;
            }

            _columns.Add((spec, Fit(spec, column, rows), column is TextColumn text ? [.. text.Categories.Select(c => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(c))] : []));
        }
    }

    /// <summary>Adds the inputs of <paramref name="count"/> rows from <paramref name="first"/> on.</summary>
    public void Write(TensorSet inputs, int first, int count)
    {
        if (_matrix is not null)
        {
            WriteMatrix(inputs, _matrix, first, count);
            return;
        }

        foreach (var (spec, column, words) in _columns)
        {
            ReadOnlySpan<long> shape = spec.Shape.Count == 2 ? [count, 1] : [count];
            if (column is TextColumn text)
            {
                var items = inputs.Add(spec.Name, TensorType.Bytes, shape).Items;
                for (var i = 0; i < count; i++)
                {
                    // Not "code < 0 ? null : words[code]": null would become an empty text.
                    var code = text.Codes[first + i];
                    items[i] = default;
                    if (code >= 0)
                    {
                        items[i] = words[code];
                    }
                }
            }
            else
            {
                WriteNumbers(inputs, spec, shape, ((NumberColumn)column).Values.AsSpan(first, count));
            }
        }
    }

    // FP32 is rounded here: the check would refuse 0.1, which FP32 does not hold exactly. Every other type is converted by the check, which refuses what would be lost.
    private static void WriteNumbers(TensorSet inputs, TensorSpec spec, ReadOnlySpan<long> shape, ReadOnlySpan<double> values)
    {
        if (spec.Type == TensorType.Float32)
        {
            var target = inputs.Add(spec.Name, TensorType.Float32, shape).Values<float>();
            for (var i = 0; i < values.Length; i++)
            {
                target[i] = (float)values[i];
            }

            return;
        }

        values.CopyTo(inputs.Add(spec.Name, TensorType.Float64, shape).Values<double>());
    }

    private void WriteMatrix(TensorSet inputs, TensorSpec spec, int first, int count)
    {
        var width = _matrixColumns.Length;
        var single = spec.Type == TensorType.Float32;
        var tensor = inputs.Add(spec.Name, single ? TensorType.Float32 : TensorType.Float64, [count, width]);
        for (var c = 0; c < width; c++)
        {
            var values = _matrixColumns[c].AsSpan(first, count);
            for (var i = 0; i < count; i++)
            {
                if (single)
                {
                    tensor.Values<float>()[(i * width) + c] = (float)values[i];
                }
                else
                {
                    tensor.Values<double>()[(i * width) + c] = values[i];
                }
            }
        }
    }

    private static Column Fit(TensorSpec spec, Column? column, Table rows) => (spec.Type, column) switch
    {
        (_, null) => throw Invalid($"The model takes the column '{spec.Name}', which the data does not have. Its columns are {string.Join(", ", rows.Columns.Select(c => c.Name))}."),
        _ when spec.Shape is not ([_] or [_, 1] or [_, -1]) => throw Invalid($"The model takes '{spec.Name}' as [{string.Join(',', spec.Shape)}], which is no column of a table."),
        (TensorType.Bytes, TextColumn) => column,
        (not TensorType.Bytes, NumberColumn) => column,
        (TensorType.Bytes, _) => throw Invalid($"The model takes '{spec.Name}' as text, but the data has it as {Kind(column)}. Cast it in the SQL: {spec.Name}::varchar."),
        _ => throw Invalid($"The model takes '{spec.Name}' as a number, but the data has it as {Kind(column)}. Cast it in the SQL: {spec.Name}::double."),
    };

    private static string Kind(Column column) => column switch
    {
        TextColumn => "text",
        TimeColumn => "a time",
        _ => "a number",
    };

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
