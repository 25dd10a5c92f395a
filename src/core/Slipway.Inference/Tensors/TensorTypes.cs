namespace Slipway.Inference.Tensors;

/// <summary>What is known of each <see cref="TensorType"/>.</summary>
public static class TensorTypes
{
    private static readonly string[] WireNames =
        ["BOOL", "UINT8", "UINT16", "UINT32", "UINT64", "INT8", "INT16", "INT32", "INT64", "FP16", "FP32", "FP64", "BYTES"];

    private static readonly int[] Sizes = [1, 1, 2, 4, 8, 1, 2, 4, 8, 2, 4, 8, 0];

    /// <summary>Bytes of one element; 0 for <see cref="TensorType.Bytes"/>, whose elements have lengths of their own.</summary>
    public static int Size(this TensorType type) => Sizes[(int)type];

    /// <summary>The Open Inference Protocol's name: <c>FP32</c>.</summary>
    public static string WireName(this TensorType type) => WireNames[(int)type];

    /// <summary>Finds the type of a protocol name; false when it is unknown.</summary>
    public static bool TryParseWireName(ReadOnlySpan<char> name, out TensorType type)
    {
        for (var i = 0; i < WireNames.Length; i++)
        {
            if (name.SequenceEqual(WireNames[i]))
            {
                type = (TensorType)i;
                return true;
            }
        }

        type = default;
        return false;
    }
}
