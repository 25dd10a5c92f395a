using System.Text;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log;

namespace Slipway.Monitoring.Predictions;

/// <summary>Makes tensors of logged rows again, for the signature of any version.</summary>
internal static class ReplayInputs
{
    /// <summary>Fills in what <paramref name="signature"/> takes.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Conflict"/>: the log has not kept an input, or not as it was sent.</exception>
    public static void Fill(IReadOnlyList<LoggedRow> rows, ModelSignature signature, TensorSet inputs)
    {
        for (var i = 0; i < signature.Inputs.Count; i++)
        {
            var spec = signature.Inputs[i];
            if (signature.Tabular && Array.TrueForAll([.. rows], row => MatrixOf(row, signature) is not null))
            {
                Numbers(spec, [.. rows.Select(row => MatrixOf(row, signature)![i])], rows.Count, inputs);
                continue;
            }

            var columns = rows.Select(row => ValueReader.Find(row.Batch.Inputs, spec.Name, row.Row)).ToArray();
            if (Array.TrueForAll(columns, column => column is null) && spec.Optional)
            {
                continue;
            }

            if (spec.Type == TensorType.Bytes)
            {
                Texts(spec, [.. rows.SelectMany((row, r) => TextsOf(spec, columns[r], row.Row))], rows.Count, inputs);
            }
            else
            {
                Numbers(spec, [.. rows.SelectMany((row, r) => NumbersOf(spec, columns[r], row.Row))], rows.Count, inputs);
            }
        }
    }

    private static double[]? MatrixOf(LoggedRow row, ModelSignature signature) => ValueReader.MatrixOf(row.Batch.Inputs, signature.Inputs, row.Row);

    private static double[] NumbersOf(TensorSpec spec, LoggedColumn? column, int row) => column switch
    {
        NumberValues numbers => [numbers.Values[row]],
        VectorValues { Values: var vectors } when vectors[row] is { } vector => vector,
        _ => throw NotKept(spec, column),
    };

    private static string?[] TextsOf(TensorSpec spec, LoggedColumn? column, int row) => column switch
    {
        TextValues texts => texts.Values[row] is { } text ? ValueReader.Texts(text, spec) : [null],
        _ => throw NotKept(spec, column),
    };

    private static void Numbers(TensorSpec spec, double[] values, int rows, TensorSet inputs)
    {
        // The check against the signature makes the exact type of it, and says where it cannot.
        if (spec.Type == TensorType.Bool)
        {
            var flags = inputs.Add(spec.Name, TensorType.Bool, Shape(spec, rows, values.Length)).Values<byte>();
            for (var i = 0; i < values.Length; i++)
            {
                flags[i] = values[i] != 0 ? (byte)1 : (byte)0;
            }

            return;
        }

        values.CopyTo(inputs.Add(spec.Name, TensorType.Float64, Shape(spec, rows, values.Length)).Values<double>());
    }

    private static void Texts(TensorSpec spec, string?[] values, int rows, TensorSet inputs)
    {
        var items = inputs.Add(spec.Name, TensorType.Bytes, Shape(spec, rows, values.Length)).Items;
        for (var i = 0; i < values.Length; i++)
        {
            items[i] = values[i] is { } text ? Encoding.UTF8.GetBytes(text) : (ReadOnlyMemory<byte>?)null;
        }
    }

    // The log keeps the elements of a row one after the other; the signature knows their dimensions, but for one that it may leave open.
    private static long[] Shape(TensorSpec spec, int rows, int count)
    {
        long[] shape = [.. spec.Shape];
        if (shape is [< 0, ..])
        {
            shape[0] = rows;
        }

        var open = shape.Count(dimension => dimension < 0);
        var known = shape.Where(dimension => dimension >= 0).Aggregate(1L, (product, dimension) => product * dimension);
        if (open == 1 && known > 0 && count % known == 0)
        {
            shape[Array.FindIndex(shape, dimension => dimension < 0)] = count / known;
            return shape;
        }

        return open == 0 && known == count ? shape : throw new SlipwayException(
            ErrorKind.Conflict, $"The log has {count} values of the input '{spec.Name}', of which the version's shape [{string.Join(",", spec.Shape)}] cannot be made for {rows} rows, so this prediction cannot be replayed.");
    }

    private static SlipwayException NotKept(TensorSpec spec, LoggedColumn? column) => new(ErrorKind.Conflict, column switch
    {
        DigestValues => $"The input '{spec.Name}' is too large for the log, which keeps its digest only, so this prediction cannot be replayed.",
        null => $"The version takes an input '{spec.Name}', which the log has not kept for this prediction, so it cannot be replayed.",
        _ => $"The input '{spec.Name}' is not in the log as the version takes it ({spec.Type.WireName()}), so this prediction cannot be replayed.",
    });
}
