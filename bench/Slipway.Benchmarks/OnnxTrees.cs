using System.Text;
using Slipway.Inference.LightGbm;

namespace Slipway.Benchmarks;

/// <summary>Writes a LightGBM regression of numbers as an ONNX TreeEnsembleRegressor, to compare the same trees in ONNX Runtime.</summary>
internal static class OnnxTrees
{
    public static byte[] Write(LightGbmFile file)
    {
        List<long> treeIds = [], nodeIds = [], features = [], yes = [], no = [], leafTrees = [], leafNodes = [], leafTargets = [];
        List<float> values = [], weights = [];
        List<string> modes = [];
        for (var tree = 0; tree < file.Trees.Count; tree++)
        {
            var (inner, source) = (file.Trees[tree].Features.Length, file.Trees[tree]);
            for (var node = 0; node < inner + source.Leaves.Length; node++)
            {
                var leaf = node >= inner;
                treeIds.Add(tree);
                nodeIds.Add(node);
                features.Add(leaf ? 0 : source.Features[node]);
                values.Add(leaf ? 0 : RoundDown(source.Thresholds[node]));
                yes.Add(leaf ? 0 : At(source.Left[node], inner));
                no.Add(leaf ? 0 : At(source.Right[node], inner));
                modes.Add(leaf ? "LEAF" : "BRANCH_LEQ");
                if (leaf)
                {
                    leafTrees.Add(tree);
                    leafNodes.Add(node);
                    leafTargets.Add(0);
                    weights.Add((float)source.Leaves[node - inner]);
                }
            }
        }

        var regressor = Join(
            Text(1, "x"), Text(2, "y"), Text(4, "TreeEnsembleRegressor"), Text(7, "ai.onnx.ml"),
            Integers("nodes_treeids", treeIds), Integers("nodes_nodeids", nodeIds), Integers("nodes_featureids", features), Floats("nodes_values", values),
            Strings("nodes_modes", modes), Integers("nodes_truenodeids", yes), Integers("nodes_falsenodeids", no), Integers("target_treeids", leafTrees),
            Integers("target_nodeids", leafNodes), Integers("target_ids", leafTargets), Floats("target_weights", weights),
            Message(5, Text(1, "n_targets"), Number(3, 1), Number(20, 2)));
        var graph = Message(7, Message(1, regressor), Text(2, "trees"), Message(11, Value("x", file.Features.Count)), Message(12, Value("y", 1)));
        return Join(Number(1, 8), graph, Message(8, Text(1, ""), Number(2, 15)), Message(8, Text(1, "ai.onnx.ml"), Number(2, 2)));
    }

    private static long At(int child, int inner) => child >= 0 ? child : inner + ~child;

    // A threshold rounded up would send values between the two the other way.
    private static float RoundDown(double value) => (float)value > value ? MathF.BitDecrement((float)value) : (float)value;

    private static byte[] Value(string name, int width) =>
        Join(Text(1, name), Message(2, Message(1, Number(1, 1), Message(2, Message(1, Text(2, "N")), Message(1, Number(1, width))))));

    private static byte[] Integers(string name, List<long> values) => Message(5, [Text(1, name), .. values.Select(value => Number(8, value)), Number(20, 7)]);

    private static byte[] Floats(string name, List<float> values) => Message(5, [Text(1, name), .. values.Select(value => Join(Varint((7 << 3) | 5), BitConverter.GetBytes(value))), Number(20, 6)]);

    private static byte[] Strings(string name, List<string> values) => Message(5, [Text(1, name), .. values.Select(value => Text(9, value)), Number(20, 8)]);

    private static byte[] Text(int field, string text) => Message(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Number(int field, long value) => Join(Varint((ulong)field << 3), Varint((ulong)value));

    private static byte[] Message(int field, params byte[][] parts)
    {
        var content = Join(parts);
        return Join(Varint(((ulong)field << 3) | 2), Varint((ulong)content.Length), content);
    }

    private static byte[] Join(params byte[][] parts) => [.. parts.SelectMany(part => part)];

    private static byte[] Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        return [.. bytes, (byte)value];
    }
}
