using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Engine;

/// <summary>
/// Finds out whether the rows of several requests may be run together. A table's rows are each other's strangers. Of other models an open first dimension says only that there may be several
/// of something: rows, or the words of one text. So the model is asked: two made-up rows must get the same answers alone and together.
/// </summary>
internal static class BatchProbe
{
    // What is tried for dimensions that are open and not the first: some models need a few pixels or words.
    private static readonly int[] Lengths = [1, 8, 64];

    /// <summary>Null when requests may be run together; else why not, to be read behind "because".</summary>
    public static string? WhyNot(IModel model)
    {
        var signature = model.Signature;
        if (signature.Inputs.Concat(signature.Outputs).FirstOrDefault(t => t.Shape.Count == 0 || t.Shape[0] >= 0) is { } closed)
        {
            return $"the first dimension of '{closed.Name}' is not open";
        }

        if (signature.Tabular)
        {
            return null;
        }

        var open = signature.Inputs.Any(input => input.Shape.Skip(1).Any(dimension => dimension < 0));
        Exception? last = null;
        foreach (var length in open ? Lengths : Lengths[..1])
        {
            try
            {
                return Compare(model, length);
            }
            catch (Exception e)
            {
                // Made-up values need not make sense to every model.
                last = e;
            }
        }

        return $"it could not score made-up rows ({last!.Message})";
    }

    private static string? Compare(IModel model, int length)
    {
        var (first, second, together) = (Run(model, length, [1]), Run(model, length, [2]), Run(model, length, [1, 2]));
        for (var i = 0; i < together.Count; i++)
        {
            var (a, b, both) = (first[i], second[i], together[i]);
            var joined = a.Rank > 0 && b.Rank > 0 && both.Rank > 0 && a.Shape[0] == 1 && b.Shape[0] == 1 && both.Shape[0] == 2 && a.Count == b.Count && both.Count == 2 * a.Count;
            if (!joined || !Same(a, both, 0) || !Same(b, both, a.Count))
            {
                return $"its '{both.Name}' of a row depends on the rows beside it";
            }
        }

        return null;
    }

    private static TensorSet Run(IModel model, int length, ReadOnlySpan<int> seeds)
    {
        var (inputs, outputs) = (new TensorSet(), new TensorSet());
        foreach (var spec in model.Signature.Inputs)
        {
            long[] shape = [seeds.Length, .. spec.Shape.Skip(1).Select(dimension => dimension < 0 ? length : dimension)];
            var tensor = inputs.Add(spec.Name, spec.Type, shape);
            var width = tensor.Count / seeds.Length;
            for (var row = 0; row < seeds.Length; row++)
            {
                for (var i = 0; i < width; i++)
                {
                    Set(tensor, (row * width) + i, seeds[row], i);
                }
            }
        }

        SignatureCheck.Apply(model.Signature, inputs);
        model.Run(inputs, outputs);
        return outputs;
    }

    // Fractions where they fit; small numbers where they may be indexes.
    private static void Set(Tensor tensor, int at, int seed, int i)
    {
        var fraction = (i * 0.618033988749895) + (seed * 0.414213562373095);
        fraction -= Math.Floor(fraction);
        switch (tensor.Type)
        {
            case TensorType.Float64:
                tensor.Values<double>()[at] = fraction;
                break;
            case TensorType.Float32:
                tensor.Values<float>()[at] = (float)fraction;
                break;
            case TensorType.Float16:
                tensor.Values<Half>()[at] = (Half)fraction;
                break;
            case TensorType.Bytes:
                tensor.Items[at] = seed == 1 ? "a"u8.ToArray() : "b"u8.ToArray();
                break;
            default:
                var bytes = tensor.Raw.Slice(at * tensor.Type.Size(), tensor.Type.Size());
                bytes.Clear();
                bytes[0] = fraction > 0.5 ? (byte)1 : (byte)0;
                break;
        }
    }

    // Two rows are added up in another order than one, so the last digits may differ.
    private static bool Same(Tensor alone, Tensor both, int from)
    {
        switch (alone.Type)
        {
            case TensorType.Bytes:
                for (var i = 0; i < alone.Count; i++)
                {
                    if (alone.Items[i] is { } text ? both.Items[from + i] is not { } other || !text.Span.SequenceEqual(other.Span) : both.Items[from + i] is not null)
                    {
                        return false;
                    }
                }

                return true;
            case TensorType.Float64:
                return Near<double>(alone.Values<double>(), both.Values<double>()[from..], 1e-4);
            case TensorType.Float32:
                return Near<float>(alone.Values<float>(), both.Values<float>()[from..], 1e-4);
            case TensorType.Float16:
                return Near<Half>(alone.Values<Half>(), both.Values<Half>()[from..], 1e-2);
            default:
                var size = alone.Type.Size();
                return alone.Raw.SequenceEqual(both.Raw.Slice(from * size, alone.Raw.Length));
        }
    }

    private static bool Near<T>(ReadOnlySpan<T> first, ReadOnlySpan<T> second, double within)
        where T : System.Numerics.IFloatingPoint<T>
    {
        for (var i = 0; i < first.Length; i++)
        {
            var (a, b) = (double.CreateChecked(first[i]), double.CreateChecked(second[i]));
            if (!a.Equals(b) && !(Math.Abs(a - b) <= within * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)))))
            {
                return false;
            }
        }

        return true;
    }
}
