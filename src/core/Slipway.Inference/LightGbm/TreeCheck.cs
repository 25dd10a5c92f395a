namespace Slipway.Inference.LightGbm;

/// <summary>Proves that walking a tree from its root ends at a leaf, whatever the features are. The evaluator relies on it and checks nothing.</summary>
internal static class TreeCheck
{
    public static void Check(LightGbmTree tree, string what, int featureCount, ModelText text)
    {
        var inner = tree.Features.Length;
        for (var node = 0; node < inner; node++)
        {
            if ((uint)tree.Features[node] >= (uint)featureCount)
            {
                throw text.Damaged($"{what} splits on feature {tree.Features[node]}, and there are {featureCount}");
            }

            if (tree.Decisions[node] is < 0 or > 255 || (int)tree.MissingAt(node) > (int)Missing.NaN)
            {
                throw text.Damaged($"{what} has the decision type {tree.Decisions[node]}, which does not exist");
            }

            if (tree.IsCategorical(node) && !(tree.Thresholds[node] >= 0 && tree.Thresholds[node] < tree.CategoryStarts.Length - 1))
            {
                throw text.Damaged($"{what} refers to the categorical split {tree.Thresholds[node]}, and there are {tree.CategoryStarts.Length - 1}");
            }
        }

        if (tree.CategoryStarts[0] != 0 || tree.CategoryStarts.Zip(tree.CategoryStarts.Skip(1)).Any(pair => pair.First > pair.Second))
        {
            throw text.Damaged($"cat_boundaries of {what} do not ascend");
        }

        CheckChildren(tree, what, text);
    }

    private static void CheckChildren(LightGbmTree tree, string what, ModelText text)
    {
        var inner = tree.Features.Length;
        if (inner == 0)
        {
            return;
        }

        // Node i stands at i, leaf i at inner + i. With 2·inner children and as many nodes beside the root, each reached once, it is a tree.
        var reached = new bool[inner + tree.Leaves.Length];
        var open = new Stack<int>();
        open.Push(0);
        var count = 0;
        while (open.TryPop(out var node))
        {
            if (!TryReach(tree.Left[node]) || !TryReach(tree.Right[node]))
            {
                throw text.Damaged($"{what} has a node that leads nowhere or is reached twice");
            }
        }

        if (count != 2 * inner)
        {
            throw text.Damaged($"{what} has nodes that cannot be reached");
        }

        bool TryReach(int child)
        {
            var at = child >= 0 ? child : inner + ~child;
            if (child == 0 || child >= inner || (uint)at >= (uint)reached.Length || reached[at])
            {
                return false;
            }

            reached[at] = true;
            count++;
            if (child > 0)
            {
                open.Push(child);
            }

            return true;
        }
    }
}
