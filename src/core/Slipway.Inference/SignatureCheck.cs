using System.Runtime.CompilerServices;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference;

/// <summary>Checks what a caller sent against a model's signature.</summary>
/// <remarks>
/// Numbers are converted where nothing is lost, value by value: every integer and float type becomes FP64, FP32 or FP16 when the value is held exactly, floats
/// become integers when they are whole and in range, BOOL becomes 0 and 1. BYTES and numbers never turn into each other, nor numbers into BOOL.
/// </remarks>
public static class SignatureCheck
{
    // Beyond this many inputs that do not stand in order a name is found by an index that is kept with the signature.
    private const int ScanLimit = 32;

    private static readonly ConditionalWeakTable<ModelSignature, Dictionary<string, int>> Indexes = [];

    /// <summary>
    /// Brings <paramref name="inputs"/> into the signature's order, converting numbers where nothing is lost by it, and returns the number of rows:
    /// the common first dimension of the inputs whose first dimension is open, else 1. Columns of a tabular model come out as [N], or its one matrix as FP64 [N,F].
    /// </summary>
    /// <param name="signature">What the model takes.</param>
    /// <param name="inputs">What was sent; changed in place.</param>
    /// <param name="model">How messages call the model.</param>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/>, one sentence naming the input and what was expected.</exception>
    public static int Apply(ModelSignature signature, TensorSet inputs, string model = "the model")
    {
        if (IsMatrix(signature, inputs))
        {
            return ApplyMatrix(signature, inputs, model);
        }

        Order(signature, inputs, model);

        long rows = -1;
        var rowsOf = "";
        for (var i = 0; i < signature.Inputs.Count; i++)
        {
            var spec = signature.Inputs[i];
            var tensor = inputs[i];
            CheckType(spec, tensor, model);
            CheckShape(spec, tensor, signature.Tabular, model);
            if (spec.Shape.Count > 0 && spec.Shape[0] < 0)
            {
                var own = tensor.Shape[0];
                if (own == 0)
                {
                    throw Invalid($"Input '{spec.Name}' has no rows, but {model} needs at least one.");
                }

                if (rows >= 0 && own != rows)
                {
                    throw Invalid($"Input '{spec.Name}' has {Rows(own)}, but '{rowsOf}' has {rows}: all inputs need the same number of rows.");
                }

                if (own > int.MaxValue)
                {
                    // Only a shape with a zero in it can say so without any values.
                    throw Invalid($"Input '{spec.Name}' has shape {Show(tensor.Shape)}, which is more rows than can be.");
                }

                rows = own;
                rowsOf = spec.Name;
            }

            if (tensor.Type != spec.Type)
            {
                Convert(inputs, i, spec, model);
            }
        }

        return rows < 0 ? 1 : (int)rows;
    }

    /// <summary>True when <paramref name="inputs"/> are all columns of a tabular model as one matrix: a single tensor of rank 2 that is not simply the single column.</summary>
    public static bool IsMatrix(ModelSignature signature, TensorSet inputs) =>
        signature.Tabular && inputs.Count == 1 && inputs[0].Rank == 2 && !(signature.Inputs.Count == 1 && inputs[0].Name == signature.Inputs[0].Name);

    private static int ApplyMatrix(ModelSignature signature, TensorSet inputs, string model)
    {
        var matrix = inputs[0];
        var columns = signature.Inputs.Count;
        foreach (var spec in signature.Inputs)
        {
            if (spec.Type == TensorType.Bytes)
            {
                throw Invalid($"Input '{matrix.Name}' is one matrix, but {model} takes text in '{spec.Name}': send one input per column.");
            }
        }

        if (matrix.Shape[1] != columns)
        {
            throw Invalid($"Input '{matrix.Name}' has shape {Show(matrix.Shape)}, but {model} takes {columns} columns, that is [-1,{columns}] or one input per column ({Names(signature)}).");
        }

        if (matrix.Shape[0] == 0)
        {
            throw Invalid($"Input '{matrix.Name}' has no rows, but {model} needs at least one.");
        }

        if (matrix.Type == TensorType.Bytes)
        {
            throw Invalid($"Input '{matrix.Name}' is BYTES, but {model} takes FP64.");
        }

        var rows = (int)matrix.Shape[0];
        if (matrix.Type != TensorType.Float64)
        {
            Convert(inputs, 0, new TensorSpec(matrix.Name, TensorType.Float64, [-1, columns]), model);
        }

        return rows;
    }

    // Puts the tensors into the signature's order. In the common case they stand in it already, and this is one comparison each.
    private static void Order(ModelSignature signature, TensorSet inputs, string model)
    {
        var specs = signature.Inputs;
        for (var i = 0; i < specs.Count; i++)
        {
            var name = specs[i].Name;
            if (i < inputs.Count && inputs[i].Name == name)
            {
                continue;
            }

            if (specs.Count > ScanLimit)
            {
                OrderByIndex(signature, inputs, model);
                return;
            }

            var at = i + 1;
            while (at < inputs.Count && inputs[at].Name != name)
            {
                at++;
            }

            if (at < inputs.Count)
            {
                inputs.Swap(i, at);
            }
            else
            {
                RefuseUnknown(signature, inputs, model);
                AddMissing(specs[i], inputs, i, model);
            }
        }

        if (inputs.Count > specs.Count)
        {
            RefuseUnknown(signature, inputs, model);
        }
    }

    // Thousands of columns in another order: one look-up each instead of a search each.
    private static void OrderByIndex(ModelSignature signature, TensorSet inputs, string model)
    {
        RefuseUnknown(signature, inputs, model);
        var index = Indexes.GetValue(signature, BuildIndex);
        var places = new int[signature.Inputs.Count];
        for (var i = 0; i < inputs.Count; i++)
        {
            places[index[inputs[i].Name]] = i + 1;
        }

        for (var i = 0; i < places.Length; i++)
        {
            if (places[i] == 0)
            {
                AddMissing(signature.Inputs[i], inputs, inputs.Count, model);
            }
        }

        // Every tensor is now known and there is one for each place: follow the cycles.
        for (var i = 0; i < inputs.Count; i++)
        {
            for (var target = index[inputs[i].Name]; target != i; target = index[inputs[i].Name])
            {
                inputs.Swap(i, target);
            }
        }
    }

    private static void AddMissing(TensorSpec spec, TensorSet inputs, int place, string model)
    {
        if (!spec.Optional || inputs.Count == 0)
        {
            throw Invalid($"Input '{spec.Name}' is missing: {model} takes it as {Show(spec)}.");
        }

        // A column that may be left out counts as missing in every row. There are no more rows than values, whatever a shape with a zero in it says.
        var rows = inputs[0].Rank == 0 ? 1 : Math.Min(inputs[0].Shape[0], inputs[0].Count);
        var tensor = inputs.Add(spec.Name, spec.Type, [rows]);
        switch (spec.Type)
        {
            case TensorType.Bytes:
                tensor.Items.Clear();
                break;
            case TensorType.Float64:
                tensor.Values<double>().Fill(double.NaN);
                break;
            case TensorType.Float32:
                tensor.Values<float>().Fill(float.NaN);
                break;
            default:
                throw Invalid($"Input '{spec.Name}' is missing: {model} takes it as {Show(spec)}.");
        }

        inputs.Swap(place, inputs.Count - 1);
    }

    // Says which input is not in the signature, or is there twice; returns when there is none.
    private static void RefuseUnknown(ModelSignature signature, TensorSet inputs, string model)
    {
        var index = Indexes.GetValue(signature, BuildIndex);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < inputs.Count; i++)
        {
            var name = inputs[i].Name;
            if (!index.ContainsKey(name))
            {
                throw Invalid($"Input '{name}' is not one of those {model} takes: {Names(signature)}.");
            }

            if (!seen.Add(name))
            {
                throw Invalid($"Input '{name}' is given twice.");
            }
        }
    }

    private static Dictionary<string, int> BuildIndex(ModelSignature signature)
    {
        var index = new Dictionary<string, int>(signature.Inputs.Count, StringComparer.Ordinal);
        for (var i = 0; i < signature.Inputs.Count; i++)
        {
            index.Add(signature.Inputs[i].Name, i);
        }

        return index;
    }

    private static void CheckType(TensorSpec spec, Tensor tensor, string model)
    {
        if (tensor.Type == spec.Type)
        {
            return;
        }

        if (tensor.Type == TensorType.Bytes || spec.Type is TensorType.Bytes or TensorType.Bool)
        {
            throw Invalid($"Input '{spec.Name}' is {tensor.Type.WireName()}, but {model} takes {spec.Type.WireName()}.");
        }
    }

    private static void CheckShape(TensorSpec spec, Tensor tensor, bool tabular, string model)
    {
        if (tabular)
        {
            if (tensor.Rank == 2 && tensor.Shape[1] == 1)
            {
                tensor.Reshape(spec.Name, [tensor.Shape[0]]);
            }

            if (tensor.Rank != 1)
            {
                throw Invalid($"Input '{spec.Name}' has shape {Show(tensor.Shape)}, but {model} takes one value per row: [-1] or [-1,1].");
            }

            return;
        }

        var fits = tensor.Rank == spec.Shape.Count;
        for (var i = 0; fits && i < tensor.Rank; i++)
        {
            fits = spec.Shape[i] < 0 || spec.Shape[i] == tensor.Shape[i];
        }

        if (!fits)
        {
            throw Invalid($"Input '{spec.Name}' has shape {Show(tensor.Shape)}, but {model} takes [{string.Join(',', spec.Shape)}].");
        }
    }

    private static void Convert(TensorSet inputs, int index, TensorSpec spec, string model)
    {
        var source = inputs[index];
        var target = inputs.Spare;
        target.Reset(spec.Name, spec.Type, source.Shape);
        var wrong = TensorConvert.Copy(source, target);
        if (wrong >= 0)
        {
            throw Invalid(
                $"Input '{spec.Name}' is {source.Type.WireName()} and holds {TensorConvert.Show(source, wrong)}, which {spec.Type.WireName()}, the type {model} takes, cannot hold exactly.");
        }

        inputs.ReplaceWithSpare(index);
    }

    private static string Names(ModelSignature signature)
    {
        const int Most = 20;
        var names = string.Join(", ", signature.Inputs.Take(Most).Select(input => input.Name));
        return signature.Inputs.Count > Most ? $"{names} and {signature.Inputs.Count - Most} more" : names;
    }

    private static string Rows(long rows) => rows == 1 ? "1 row" : $"{rows} rows";

    private static string Show(TensorSpec spec) => $"{spec.Type.WireName()} [{string.Join(',', spec.Shape)}]";

    private static string Show(ReadOnlySpan<long> shape) => $"[{string.Join(',', shape.ToArray())}]";

    private static SlipwayException Invalid(string message) => new(ErrorKind.InvalidInput, message);
}
