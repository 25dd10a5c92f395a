using System.Text;
using CsCheck;
using Slipway.Inference.Tensors;

namespace Slipway.Serve.Tests.Serving.OpenInference.Transports;

/// <summary>Random tensors that every transport can carry: JSON has no NaN and no infinity, and its texts are UTF-8.</summary>
internal static class WireTensors
{
    private static readonly Gen<string> Texts = Gen.OneOf(
        Gen.String[Gen.Char.AlphaNumeric, 0, 8], Gen.Int[0, 9].Array[0, 8].Select(a => string.Concat(a.Select(i => "\"\\\n\0é日 /☔\u007f"[i]))));

    /// <summary>An input for each of <paramref name="specs"/>, all with the same number of rows; other open dimensions may be empty.</summary>
    public static Gen<WireTensor[]> Of(IReadOnlyList<TensorSpec> specs) =>
        from rows in Gen.Long[1, 3]
        from open in Gen.Long[0, 3].Array[specs.Count]
        let shapes = specs.Select((s, i) => s.Shape.Select((d, at) => d >= 0 ? d : at == 0 ? rows : open[i]).ToArray()).ToArray()
        let counts = shapes.Select(s => (int)s.Aggregate(1L, (a, b) => a * b)).ToArray()
        from seeds in Gen.ULong.Array[counts.Sum()]
        from texts in Texts.Array[counts.Max()]
        select Build(specs, shapes, counts, seeds, texts);

    private static WireTensor[] Build(IReadOnlyList<TensorSpec> specs, long[][] shapes, int[] counts, ulong[] seeds, string[] texts)
    {
        var tensors = new WireTensor[specs.Count];
        var at = 0;
        for (var i = 0; i < tensors.Length; i++)
        {
            var own = seeds.AsSpan(at, counts[i]).ToArray();
            at += counts[i];
            tensors[i] = specs[i].Type == TensorType.Bytes
                ? new WireTensor(specs[i].Name, TensorType.Bytes, shapes[i], [], [.. texts.Take(counts[i]).Select(Encoding.UTF8.GetBytes)])
                : new WireTensor(specs[i].Name, specs[i].Type, shapes[i], [.. own.SelectMany(seed => Element(specs[i].Type, seed))], []);
        }

        return tensors;
    }

    private static byte[] Element(TensorType type, ulong seed) => type switch
    {
        TensorType.Bool => [(byte)(seed % 2)],
        TensorType.Float16 => BitConverter.GetBytes(Finite(BitConverter.UInt16BitsToHalf((ushort)seed), Half.IsFinite)),
        TensorType.Float32 => BitConverter.GetBytes(Finite(BitConverter.UInt32BitsToSingle((uint)seed), float.IsFinite)),
        TensorType.Float64 => BitConverter.GetBytes(Finite(BitConverter.UInt64BitsToDouble(seed), double.IsFinite)),

        // The limits come often, because they are where numbers break.
        _ => (seed % 8) switch
        {
            0 => Limit(type, 0xFF, 0x7F),
            1 => Limit(type, 0x00, 0x80),
            2 => Limit(type, 0xFF, 0xFF),
            _ => BitConverter.GetBytes(seed)[..type.Size()],
        },
    };

    private static byte[] Limit(TensorType type, byte low, byte high)
    {
        var bytes = new byte[type.Size()];
        bytes.AsSpan().Fill(low);
        bytes[^1] = high;
        return bytes;
    }

    private static T Finite<T>(T value, Func<T, bool> isFinite)
        where T : struct => isFinite(value) ? value : default;
}
