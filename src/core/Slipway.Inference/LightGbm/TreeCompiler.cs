using System.Runtime.InteropServices;

namespace Slipway.Inference.LightGbm;

/// <summary>Lays checked trees out as one flat array of nodes.</summary>
internal sealed class TreeCompiler
{
    // What LightGBM takes for zero: its constant is a float.
    public const double ZeroLimit = 1e-35f;

    private readonly List<TreeNode> _nodes = [];
    private readonly List<uint> _roots = [];
    private readonly List<bool> _categorical = [];
    private readonly List<uint> _bits = [];
    private readonly Dictionary<RowSlot, uint> _slots = [];

    public static TreeEnsemble Compile(LightGbmFile file)
    {
        var compiler = new TreeCompiler();
        foreach (var tree in file.Trees)
        {
            compiler.Add(tree);
        }

        return new TreeEnsemble(
            [.. compiler._nodes],
            [.. compiler._roots],
            [.. compiler._categorical],
            [.. compiler._bits],
            [.. compiler._slots.OrderBy(slot => slot.Value).Select(slot => slot.Key)],
            file.TreesPerIteration);
    }

    // Breadth first: the top of a tree, which every row visits, lies together.
    private void Add(LightGbmTree tree)
    {
        var root = Reserve(1);
        _roots.Add(root * TreeNode.Size);
        _categorical.Add(Enumerable.Range(0, tree.Features.Length).Any(tree.IsCategorical));
        var open = new Queue<(int Child, uint Place)>();
        open.Enqueue((tree.Features.Length == 0 ? ~0 : 0, root));
        while (open.TryDequeue(out var next))
        {
            if (next.Child < 0)
            {
                // The first slot is NaN, which is not greater than any value: the walk stays here.
                Put(next.Place, new TreeNode { Threshold = tree.Leaves[~next.Child], Slot = 0, Next = next.Place * TreeNode.Size });
                continue;
            }

            var children = Reserve(2);
            var (node, rightFirst) = Compile(tree, next.Child);
            node.Next = children * TreeNode.Size;
            Put(next.Place, node);
            open.Enqueue((rightFirst ? tree.Right[next.Child] : tree.Left[next.Child], children));
            open.Enqueue((rightFirst ? tree.Left[next.Child] : tree.Right[next.Child], children + 1));
        }
    }

    private (TreeNode Node, bool RightFirst) Compile(LightGbmTree tree, int at)
    {
        var feature = tree.Features[at];
        if (tree.IsCategorical(at))
        {
            var split = (int)tree.Thresholds[at];
            var start = tree.CategoryStarts[split];
            var count = tree.CategoryStarts[split + 1] - start;
            var place = ((ulong)(uint)_bits.Count << 32) | (uint)count;
            _bits.AddRange(tree.CategoryBits.AsSpan(start, count));
            return (new TreeNode { Threshold = BitConverter.UInt64BitsToDouble(place), Slot = Slot(feature, SlotForm.Plain) | TreeNode.Categorical }, false);
        }

        var threshold = Settle(tree.Thresholds[at]);
        var missing = tree.MissingAt(at);
        var left = tree.DefaultsLeft(at);
        if (double.IsPositiveInfinity(threshold) && missing != Missing.None && !left)
        {
            return (new TreeNode { Threshold = 0.5, Slot = Slot(feature, missing == Missing.NaN ? SlotForm.IsMissing : SlotForm.IsZeroOrMissing) }, false);
        }

        var form = (missing, left) switch
        {
            (Missing.None, _) => SlotForm.Filled,
            (Missing.NaN, true) => SlotForm.Plain,
            (Missing.NaN, false) => SlotForm.Negated,
            (_, true) => SlotForm.ZeroPlain,
            _ => SlotForm.ZeroNegated,
        };
        var negated = form is SlotForm.Negated or SlotForm.ZeroNegated;

        // Left means x ≤ t, that is −x ≥ −t, that is −x > the number below −t.
        return (new TreeNode { Threshold = negated ? Math.BitDecrement(-threshold) : threshold, Slot = Slot(feature, form) }, negated);
    }

    // LightGBM reads every value within the zero limit as zero before it compares. Moving the few thresholds inside that range to its ends has the same effect.
    private static double Settle(double threshold) =>
        threshold is >= -ZeroLimit and < 0 ? Math.BitDecrement(-ZeroLimit)
        : threshold is >= 0 and < ZeroLimit ? ZeroLimit
        : threshold;

    private uint Slot(int feature, SlotForm form)
    {
        var slot = new RowSlot(feature, form);
        if (!_slots.TryGetValue(slot, out var index))
        {
            index = (uint)_slots.Count;
            _slots.Add(slot, index);
        }

        // Where the slot begins in a block of rows.
        return (index + TreeEnsemble.FirstSlot) * TreeEnsemble.Lanes;
    }

    private uint Reserve(int count)
    {
        var first = (uint)_nodes.Count;
        CollectionsMarshal.SetCount(_nodes, _nodes.Count + count);
        return first;
    }

    private void Put(uint place, TreeNode node) => _nodes[(int)place] = node;
}
