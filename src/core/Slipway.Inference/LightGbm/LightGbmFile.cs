using System.Text;
using Slipway.Core.Errors;

namespace Slipway.Inference.LightGbm;

/// <summary>A LightGBM text model as its file has it, checked so far that evaluating it cannot go wrong.</summary>
internal sealed class LightGbmFile
{
    private const long MaxBytes = 1L << 30;

    // The header and tree versions with this format of decision types.
    private static readonly string[] Versions = ["v2", "v3", "v4"];

    public required IReadOnlyList<string> Features { get; init; }

    public required IReadOnlyList<LightGbmTree> Trees { get; init; }

    public required int TreesPerIteration { get; init; }

    public required Objective Objective { get; init; }

    /// <summary>Random forests answer with the mean over their iterations instead of the sum.</summary>
    public required bool Average { get; init; }

    /// <summary>True when the file begins as LightGBM's text format does.</summary>
    public static bool Recognises(ReadOnlySpan<byte> start) => start.StartsWith("tree\n"u8) || start.StartsWith("tree\r\n"u8);

    public static LightGbmFile Load(string path)
    {
        var name = Path.GetFileName(path);
        var length = new FileInfo(path).Length;
        return length <= MaxBytes
            ? Parse(File.ReadAllBytes(path), name)
            : throw new SlipwayException(ErrorKind.TooLarge, $"{name} is {length} bytes; LightGBM models of at most {MaxBytes} bytes are loaded.");
    }

    public static LightGbmFile Parse(ReadOnlySpan<byte> bytes, string name)
    {
        if (!Recognises(bytes))
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput,
                bytes.IsEmpty ? $"{name} is empty." : $"{name} is no LightGBM text model: its first line is not 'tree'. Save the model with LightGBM's save_model.");
        }

        var text = new ModelText(bytes, name);
        var header = ReadHeader(ref text);
        var trees = new List<LightGbmTree>();
        var ended = header.Ended;
        while (!ended)
        {
            trees.Add(ReadTree(ref text, trees.Count, header.FeatureCount, name, out ended));
        }

        if (trees.Count == 0)
        {
            throw text.Damaged("it has no trees");
        }

        if (header.DeclaredTrees >= 0 && header.DeclaredTrees != trees.Count)
        {
            throw text.Damaged($"it announces {header.DeclaredTrees} trees and has {trees.Count}");
        }

        if (trees.Count % header.TreesPerIteration != 0)
        {
            throw text.Damaged($"its {trees.Count} trees do not divide by the {header.TreesPerIteration} of one iteration");
        }

        return new LightGbmFile
        {
            Features = header.Features,
            Trees = trees,
            TreesPerIteration = header.TreesPerIteration,
            Objective = Objective.Parse(header.Objective, header.TreesPerIteration, name),
            Average = header.Average,
        };
    }

    private static Header ReadHeader(ref ModelText text)
    {
        var header = new Header();
        text.TryReadLine(out _);
        while (text.TryReadLine(out var line))
        {
            if (line.StartsWith("Tree="u8))
            {
                return Check(header, text);
            }

            if (line.SequenceEqual("end of trees"u8))
            {
                header.Ended = true;
                return Check(header, text);
            }

            ReadHeaderLine(header, line, text);
        }

        throw text.Damaged("it ends inside its header");
    }

    private static void ReadHeaderLine(Header header, ReadOnlySpan<byte> line, ModelText text)
    {
        ModelText.TrySplit(line, out var key, out var value);
        if (key.SequenceEqual("version"u8))
        {
            header.Version = Encoding.UTF8.GetString(value);
        }
        else if (key.SequenceEqual("num_tree_per_iteration"u8))
        {
            header.TreesPerIteration = text.Int(value, "num_tree_per_iteration");
        }
        else if (key.SequenceEqual("max_feature_idx"u8))
        {
            header.FeatureCount = text.Int(value, "max_feature_idx") is var last and >= 0 and < int.MaxValue ? last + 1 : 0;
        }
        else if (key.SequenceEqual("objective"u8))
        {
            header.Objective = Encoding.UTF8.GetString(value);
        }
        else if (key.SequenceEqual("average_output"u8))
        {
            header.Average = true;
        }
        else if (key.SequenceEqual("feature_names"u8))
        {
            header.Features = Encoding.UTF8.GetString(value).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        else if (key.SequenceEqual("tree_sizes"u8))
        {
            header.DeclaredTrees = value.Trim((byte)' ').IsEmpty ? 0 : value.Trim((byte)' ').Count((byte)' ') + 1;
        }
    }

    private static Header Check(Header header, ModelText text)
    {
        if (!Versions.Contains(header.Version))
        {
            throw text.Damaged($"its format version is '{header.Version}', and {string.Join(", ", Versions)} are known");
        }

        if (header.TreesPerIteration < 1)
        {
            throw text.Damaged("num_tree_per_iteration is missing or below 1");
        }

        if (header.FeatureCount != header.Features.Length || header.FeatureCount == 0)
        {
            throw text.Damaged($"max_feature_idx announces {header.FeatureCount} features and feature_names has {header.Features.Length}");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var feature in header.Features)
        {
            if (!names.Add(feature))
            {
                throw text.Damaged($"the feature '{feature}' is there twice");
            }
        }

        return header;
    }

    // Reads from behind the line Tree=n to the next such line, or to the end of the trees.
    private static LightGbmTree ReadTree(ref ModelText text, int index, int featureCount, string name, out bool ended)
    {
        var what = $"tree {index}";
        int leaves = 0, categorical = 0;
        ReadOnlySpan<byte> features = default, thresholds = default, decisions = default, left = default, right = default, values = default, starts = default, bits = default;
        while (true)
        {
            if (!text.TryReadLine(out var line))
            {
                throw text.Damaged($"it ends inside {what}");
            }

            ended = line.SequenceEqual("end of trees"u8);
            if (ended || line.StartsWith("Tree="u8))
            {
                break;
            }

            ModelText.TrySplit(line, out var key, out var value);
            if (key.SequenceEqual("num_leaves"u8))
            {
                leaves = text.Int(value, $"num_leaves of {what}");
            }
            else if (key.SequenceEqual("num_cat"u8))
            {
                categorical = text.Int(value, $"num_cat of {what}");
            }
            else if (key.SequenceEqual("is_linear"u8) && !value.SequenceEqual("0"u8))
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"{name} has linear trees, which are not evaluated here. Train with linear_tree=false, or export the model to ONNX.");
            }
            else
            {
                Keep(key, value, "split_feature"u8, ref features);
                Keep(key, value, "threshold"u8, ref thresholds);
                Keep(key, value, "decision_type"u8, ref decisions);
                Keep(key, value, "left_child"u8, ref left);
                Keep(key, value, "right_child"u8, ref right);
                Keep(key, value, "leaf_value"u8, ref values);
                Keep(key, value, "cat_boundaries"u8, ref starts);
                Keep(key, value, "cat_threshold"u8, ref bits);
            }
        }

        if (leaves < 1)
        {
            throw text.Damaged($"{what} has no leaves");
        }

        // What a tree of one leaf has besides its value is empty or left out.
        var inner = leaves - 1;
        var categoryStarts = categorical > 0 && inner > 0 ? text.Ints(starts, checked(Math.Min(categorical, int.MaxValue - 1) + 1), $"cat_boundaries of {what}") : [0];
        var tree = new LightGbmTree
        {
            Leaves = text.Doubles(values, leaves, $"leaf_value of {what}", infinite: false),
            Features = inner == 0 ? [] : text.Ints(features, inner, $"split_feature of {what}"),
            Thresholds = inner == 0 ? [] : text.Doubles(thresholds, inner, $"threshold of {what}", infinite: true),
            Decisions = inner == 0 || decisions.IsEmpty ? new int[inner] : text.Ints(decisions, inner, $"decision_type of {what}"),
            Left = inner == 0 ? [] : text.Ints(left, inner, $"left_child of {what}"),
            Right = inner == 0 ? [] : text.Ints(right, inner, $"right_child of {what}"),
            CategoryStarts = categoryStarts,
            CategoryBits = categoryStarts[^1] == 0 ? [] : text.Words(bits, categoryStarts[^1], $"cat_threshold of {what}"),
        };
        TreeCheck.Check(tree, what, featureCount, text);
        return tree;
    }

    private static void Keep(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> wanted, ref ReadOnlySpan<byte> place)
    {
        if (key.SequenceEqual(wanted))
        {
            place = value;
        }
    }

    private sealed class Header
    {
        public string Version { get; set; } = "";

        public int TreesPerIteration { get; set; }

        public int FeatureCount { get; set; }

        public string[] Features { get; set; } = [];

        public string? Objective { get; set; }

        public bool Average { get; set; }

        public int DeclaredTrees { get; set; } = -1;

        public bool Ended { get; set; }
    }
}
