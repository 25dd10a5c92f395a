using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Slipway.Inference.LightGbm;

/// <summary>
/// Many trees over prepared rows. One walk is a chain of dependent loads; eight at a time hide it: eight trees for a single row, eight rows of one
/// tree for a batch. Both add a row's leaves in the trees' order, as LightGBM does, so that the sums are equal bit for bit.
/// </summary>
internal sealed class TreeEnsemble(TreeNode[] nodes, double[] leaves, uint[] roots, bool[] categorical, uint[] bits, RowSlot[] slots, int width)
{
    /// <summary>How many walks are interleaved.</summary>
    public const int Lanes = 8;

    /// <summary>The values that a prepared row holds, in order.</summary>
    public ReadOnlySpan<RowSlot> Slots => slots;

    /// <summary>Doubles of one prepared row; at least one, which leaves compare with.</summary>
    public int Stride { get; } = Math.Max(1, slots.Length);

    /// <summary>Scores of a row.</summary>
    public int Width => width;

    public int Trees => roots.Length;

    /// <summary>Sums the trees for each of the prepared <paramref name="rows"/> of <see cref="Stride"/> values into <see cref="Width"/> scores a row.</summary>
    public void Score(ReadOnlySpan<double> rows, int count, Span<double> scores)
    {
        // The walks below check no bounds: the compiler proved the nodes, and this the rows.
        ArgumentOutOfRangeException.ThrowIfLessThan(rows.Length, count * Stride);
        ArgumentOutOfRangeException.ThrowIfLessThan(scores.Length, count * width);
        scores[..(count * width)].Clear();
        ref var row = ref MemoryMarshal.GetReference(rows);
        ref var score = ref MemoryMarshal.GetReference(scores);
        var full = count - (count % Lanes);
        if (full > 0)
        {
            ScoreBlocks(ref row, full, ref score);
        }

        for (var i = full; i < count; i++)
        {
            ScoreOne(ref Unsafe.Add(ref row, i * Stride), ref Unsafe.Add(ref score, i * width));
        }
    }

    private void ScoreOne(ref double row, ref double scores)
    {
        ref var node = ref MemoryMarshal.GetArrayDataReference(nodes);
        ref var leaf = ref MemoryMarshal.GetArrayDataReference(leaves);
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
                scores = scores + Unsafe.Add(ref leaf, walk.A) + Unsafe.Add(ref leaf, walk.B) + Unsafe.Add(ref leaf, walk.C) + Unsafe.Add(ref leaf, walk.D)
                    + Unsafe.Add(ref leaf, walk.E) + Unsafe.Add(ref leaf, walk.F) + Unsafe.Add(ref leaf, walk.G) + Unsafe.Add(ref leaf, walk.H);
                continue;
            }

            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.A));
            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.B));
            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.C));
            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.D));
            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.E));
            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.F));
            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.G));
            score = Add(ref scores, score, Unsafe.Add(ref leaf, walk.H));
        }

        for (; tree < roots.Length; tree++)
        {
            var at = Unsafe.Add(ref root, tree);
            for (var next = AnySplit.Step(ref node, ref row, at, bits); next != at; next = AnySplit.Step(ref node, ref row, at, bits))
            {
                at = next;
            }

            score = Add(ref scores, score, Unsafe.Add(ref leaf, at));
        }
    }

    private void ScoreBlocks(ref double rows, int count, ref double scores)
    {
        ref var node = ref MemoryMarshal.GetArrayDataReference(nodes);
        ref var leaf = ref MemoryMarshal.GetArrayDataReference(leaves);
        for (var tree = 0; tree < roots.Length; tree++)
        {
            var root = roots[tree];
            var numeric = !categorical[tree];
            ref var score = ref Unsafe.Add(ref scores, tree % width);
            for (var first = 0; first < count; first += Lanes)
            {
                ref var row = ref Unsafe.Add(ref rows, first * Stride);
                var walk = new Walks { A = root, B = root, C = root, D = root, E = root, F = root, G = root, H = root };
                if (numeric)
                {
                    walk.Run<NumericSplit>(ref node, ref row, Stride, bits);
                }
                else
                {
                    walk.Run<AnySplit>(ref node, ref row, Stride, bits);
                }

                ref var target = ref Unsafe.Add(ref score, first * width);
                target += Unsafe.Add(ref leaf, walk.A);
                Unsafe.Add(ref target, width) += Unsafe.Add(ref leaf, walk.B);
                Unsafe.Add(ref target, 2 * width) += Unsafe.Add(ref leaf, walk.C);
                Unsafe.Add(ref target, 3 * width) += Unsafe.Add(ref leaf, walk.D);
                Unsafe.Add(ref target, 4 * width) += Unsafe.Add(ref leaf, walk.E);
                Unsafe.Add(ref target, 5 * width) += Unsafe.Add(ref leaf, walk.F);
                Unsafe.Add(ref target, 6 * width) += Unsafe.Add(ref leaf, walk.G);
                Unsafe.Add(ref target, 7 * width) += Unsafe.Add(ref leaf, walk.H);
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
