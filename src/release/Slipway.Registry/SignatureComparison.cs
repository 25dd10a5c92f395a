using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Registry;

/// <summary>What changed between two signatures, in words, judged by what it does to callers of the first.</summary>
/// <param name="Breaking">Changes that some callers of the former signature do not survive.</param>
/// <param name="Compatible">Changes that none of them notices.</param>
public sealed record SignatureComparison(IReadOnlyList<string> Breaking, IReadOnlyList<string> Compatible)
{
    /// <summary>Compares <paramref name="after"/> with <paramref name="before"/>.</summary>
    public static SignatureComparison Between(ModelSignature before, ModelSignature after)
    {
        var breaking = new List<string>();
        var compatible = new List<string>();
        CompareInputs(before, after, breaking, compatible);
        CompareOutputs(before.Outputs, after.Outputs, breaking, compatible);
        return new SignatureComparison(breaking, compatible);
    }

    private static void CompareInputs(ModelSignature before, ModelSignature after, List<string> breaking, List<string> compatible)
    {
        if (before.Tabular && !after.Tabular)
        {
            breaking.Add("the inputs are no longer columns of a table");
        }

        foreach (var input in before.Inputs)
        {
            var now = Find(after.Inputs, input.Name);
            if (now is null)
            {
                breaking.Add($"input `{input.Name}` was removed");
                continue;
            }

            Compare(input.Type, now.Type, Accepts(now.Type, input.Type), $"input `{input.Name}`", breaking, compatible);
            if (!input.Shape.SequenceEqual(now.Shape))
            {
                (Accepts(now.Shape, input.Shape) ? compatible : breaking).Add($"the shape of input `{input.Name}` changed from {Text(input.Shape)} to {Text(now.Shape)}");
            }

            if (input.Optional != now.Optional)
            {
                (now.Optional ? compatible : breaking).Add($"input `{input.Name}` is {(now.Optional ? "no longer" : "now")} required");
            }
        }

        // Callers of a table of numbers may send one matrix, whose columns have no names: another width is refused, and another order is scored wrongly without a word.
        var matrix = before.Tabular && before.Inputs.All(i => i.Type != TensorType.Bytes);
        foreach (var input in after.Inputs.Where(i => Find(before.Inputs, i.Name) is null))
        {
            if (!input.Optional)
            {
                breaking.Add($"input `{input.Name}` was added and is required");
            }
            else if (matrix)
            {
                breaking.Add($"input `{input.Name}` was added, which callers that send one matrix must send too");
            }
            else
            {
                compatible.Add($"optional input `{input.Name}` was added");
            }
        }

        if (matrix && IsReordered(before.Inputs, after.Inputs))
        {
            breaking.Add("the order of the inputs changed, which callers that send one matrix rely on");
        }
    }

    private static void CompareOutputs(IReadOnlyList<TensorSpec> before, IReadOnlyList<TensorSpec> after, List<string> breaking, List<string> compatible)
    {
        foreach (var output in before)
        {
            var now = Find(after, output.Name);
            if (now is null)
            {
                breaking.Add($"output `{output.Name}` was removed");
                continue;
            }

            // Unlike an input, an output must not widen either: a caller that reads a float cannot hold a double.
            Compare(output.Type, now.Type, false, $"output `{output.Name}`", breaking, compatible);
            if (!output.Shape.SequenceEqual(now.Shape))
            {
                breaking.Add($"the shape of output `{output.Name}` changed from {Text(output.Shape)} to {Text(now.Shape)}");
            }
        }

        foreach (var output in after.Where(o => Find(before, o.Name) is null))
        {
            // The v1 protocol answers a single output bare and several as an object.
            (before.Count == 1 ? breaking : compatible).Add(
                $"output `{output.Name}` was added{(before.Count == 1 ? ", so that there is no longer a single one" : "")}");
        }

        if (IsReordered(before, after))
        {
            breaking.Add("the order of the outputs changed");
        }
    }

    private static void Compare(TensorType before, TensorType after, bool accepted, string what, List<string> breaking, List<string> compatible)
    {
        if (before != after)
        {
            (accepted ? compatible : breaking).Add($"the type of {what} changed from {before.WireName()} to {after.WireName()}");
        }
    }

    private static TensorSpec? Find(IReadOnlyList<TensorSpec> specs, string name) => specs.FirstOrDefault(s => s.Name == name);

    /// <summary>True when the names that both have come in another order, or when a new one stands before one of them.</summary>
    private static bool IsReordered(IReadOnlyList<TensorSpec> before, IReadOnlyList<TensorSpec> after)
    {
        var kept = before.Select(s => s.Name).Where(name => Find(after, name) is not null).ToList();
        return !after.Select(s => s.Name).Take(kept.Count).SequenceEqual(kept);
    }

    /// <summary>True when an input of shape <paramref name="now"/> takes whatever had shape <paramref name="before"/>.</summary>
    private static bool Accepts(IReadOnlyList<long> now, IReadOnlyList<long> before) =>
        now.Count == before.Count && now.Zip(before).All(pair => pair.First == -1 || pair.First == pair.Second);

    /// <summary>True when every value of <paramref name="before"/> is also one of <paramref name="now"/>, so that the server converts it.</summary>
    private static bool Accepts(TensorType now, TensorType before) =>
        now == before || (Number(now) is { } wide && Number(before) is { } narrow && wide.Holds(narrow));

    // Bits that hold a value exactly: the mantissa of a floating-point number with its hidden bit, the magnitude of an integer.
    private static NumberKind? Number(TensorType type) => type switch
    {
        TensorType.UInt8 => new(8, Signed: false),
        TensorType.UInt16 => new(16, Signed: false),
        TensorType.UInt32 => new(32, Signed: false),
        TensorType.UInt64 => new(64, Signed: false),
        TensorType.Int8 => new(7),
        TensorType.Int16 => new(15),
        TensorType.Int32 => new(31),
        TensorType.Int64 => new(63),
        TensorType.Float16 => new(11, Real: true),
        TensorType.Float32 => new(24, Real: true),
        TensorType.Float64 => new(53, Real: true),
        _ => null,
    };

    private static string Text(IReadOnlyList<long> shape) => $"[{string.Join(", ", shape)}]";

    private readonly record struct NumberKind(int Bits, bool Signed = true, bool Real = false)
    {
        public bool Holds(NumberKind other) => Bits >= other.Bits && (Signed || !other.Signed) && (Real || !other.Real);
    }
}
