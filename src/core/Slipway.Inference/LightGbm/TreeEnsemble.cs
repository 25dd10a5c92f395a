using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Slipway.Inference.LightGbm;

/// <summary>
/// Many trees over prepared rows. One walk is a chain of dependent loads; eight at a time hide it: eight trees for a single row, eight rows of one
/// tree for a batch. Both add a row's leaves in the trees' order, as LightGBM does, so that the sums are equal bit for bit.
/// </summary>
internal sealed class TreeEnsemble(TreeNode[] nodes, uint[] roots, bool[] categorical, uint[] bits, RowSlot[] slots, int width)
{
    /// <summary>Where the first of <see cref="Slots"/> stands in a row.</summary>
    public const int FirstSlot = 1;

    /// <summary>How many walks are interleaved.</summary>
    public const int Lanes = 8;

    /// <summary>The values that a prepared row holds, in order, after <see cref="FirstSlot"/>.</summary>
    public ReadOnlySpan<RowSlot> Slots => slots;

    /// <summary>Doubles of one block: <see cref="Lanes"/> prepared rows, each slot's values side by side. The slot that leaves compare with, always NaN, comes first.</summary>
    public int BlockSize { get; } = (FirstSlot + slots.Length) * Lanes;

    /// <summary>Scores of a row.</summary>
    public int Width => width;

    public int Trees => roots.Length;

    /// <summary>How many blocks <paramref name="rows"/> take.</summary>
    public static int Blocks(int rows) => (rows + Lanes - 1) / Lanes;

    /// <summary>Sums the trees for each of <paramref name="count"/> rows, prepared in <paramref name="blocks"/>, into <see cref="Width"/> scores a row.</summary>
    public void Score(ReadOnlySpan<double> blocks, int count, Span<double> scores)
    {
        // The walks below check no bounds: the compiler proved the nodes, and this the rows.
        ArgumentOutOfRangeException.ThrowIfLessThan(blocks.Length, Blocks(count) * BlockSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(scores.Length, count * width);
        scores[..(count * width)].Clear();
        ref var block = ref MemoryMarshal.GetReference(blocks);
        ref var score = ref MemoryMarshal.GetReference(scores);
        var full = count / Lanes;
        if (full > 0)
        {
            ScoreBlocks(ref block, full, ref score);
        }

        for (var row = full * Lanes; row < count; row++)
        {
            ScoreOne(ref Unsafe.Add(ref block, (full * BlockSize) + (row % Lanes)), ref Unsafe.Add(ref score, row * width));
        }
    }

    private void ScoreOne(ref double row, ref double scores)
    {
        ref var node = ref MemoryMarshal.GetArrayDataReference(nodes);
        ref var root = ref MemoryMarshal.GetArrayDataReference(roots);
        var tree = 0;
        var score = 0;
        for (; tree + Lanes <= roots.Length; tree += Lanes)
        {
            var walk = new Walks
            {
                A = Unsafe.Add(ref root, tree),
                B = Unsafe.Add(ref root, tree + 1),
                C = Unsafe.Add(ref root, tree + 2),
                D = Unsafe.Add(ref root, tree + 3),
                E = Unsafe.Add(ref root, tree + 4),
                F = Unsafe.Add(ref root, tree + 5),
                G = Unsafe.Add(ref root, tree + 6),
                H = Unsafe.Add(ref root, tree + 7),
            };
            if (AnyCategorical(tree))
            {
                walk.Run<AnySplit>(ref node, ref row, 0, bits);
            }
            else
            {
                walk.Run<NumericSplit>(ref node, ref row, 0, bits);
            }

            if (width == 1)
            {
                scores = scores + TreeNode.At(ref node, walk.A).Threshold + TreeNode.At(ref node, walk.B).Threshold + TreeNode.At(ref node, walk.C).Threshold + TreeNode.At(ref node, walk.D).Threshold
                    + TreeNode.At(ref node, walk.E).Threshold + TreeNode.At(ref node, walk.F).Threshold + TreeNode.At(ref node, walk.G).Threshold + TreeNode.At(ref node, walk.H).Threshold;
                continue;
            }

            score = Add(ref scores, score, TreeNode.At(ref node, walk.A).Threshold);
            score = Add(ref scores, score, TreeNode.At(ref node, walk.B).Threshold);
            score = Add(ref scores, score, TreeNode.At(ref node, walk.C).Threshold);
            score = Add(ref scores, score, TreeNode.At(ref node, walk.D).Threshold);
            score = Add(ref scores, score, TreeNode.At(ref node, walk.E).Threshold);
            score = Add(ref scores, score, TreeNode.At(ref node, walk.F).Threshold);
            score = Add(ref scores, score, TreeNode.At(ref node, walk.G).Threshold);
            score = Add(ref scores, score, TreeNode.At(ref node, walk.H).Threshold);
        }

        for (; tree < roots.Length; tree++)
        {
            nuint at = Unsafe.Add(ref root, tree);
            for (var next = AnySplit.Step(ref node, ref row, at, bits); next != at; next = AnySplit.Step(ref node, ref row, at, bits))
            {
                at = next;
            }

            score = Add(ref scores, score, TreeNode.At(ref node, at).Threshold);
        }
    }

    private void ScoreBlocks(ref double blocks, int count, ref double scores)
    {
        ref var node = ref MemoryMarshal.GetArrayDataReference(nodes);
        var words = bits;
        for (var tree = 0; tree < roots.Length; tree++)
        {
            nuint root = roots[tree];
            var numeric = !categorical[tree];
            ref var score = ref Unsafe.Add(ref scores, tree % width);
            for (var block = 0; block < count; block++)
            {
                ref var row = ref Unsafe.Add(ref blocks, block * BlockSize);
                var walk = new Walks { A = root, B = root, C = root, D = root, E = root, F = root, G = root, H = root };
                if (numeric)
                {
                    walk.Run<NumericSplit>(ref node, ref row, 1, words);
                }
                else
                {
                    walk.Run<AnySplit>(ref node, ref row, 1, words);
                }

                ref var target = ref Unsafe.Add(ref score, block * Lanes * width);
                target += TreeNode.At(ref node, walk.A).Threshold;
                Unsafe.Add(ref target, width) += TreeNode.At(ref node, walk.B).Threshold;
                Unsafe.Add(ref target, 2 * width) += TreeNode.At(ref node, walk.C).Threshold;
                Unsafe.Add(ref target, 3 * width) += TreeNode.At(ref node, walk.D).Threshold;
                Unsafe.Add(ref target, 4 * width) += TreeNode.At(ref node, walk.E).Threshold;
                Unsafe.Add(ref target, 5 * width) += TreeNode.At(ref node, walk.F).Threshold;
                Unsafe.Add(ref target, 6 * width) += TreeNode.At(ref node, walk.G).Threshold;
                Unsafe.Add(ref target, 7 * width) += TreeNode.At(ref node, walk.H).Threshold;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Add(ref double scores, int score, double leaf)
    {
        Unsafe.Add(ref scores, score) += leaf;
        return ++score == width ? 0 : score;
    }

    private bool AnyCategorical(int tree) => categorical.AsSpan(tree, Lanes).Contains(true);
}
