using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Slipway.Inference.LightGbm;

/// <summary>One step down a tree; a struct per kind of split, so that the JIT inlines it into a loop of its own.</summary>
internal interface ISplit
{
    /// <summary>The child of the node at <paramref name="at"/> that the row goes to; a leaf itself.</summary>
    static abstract nuint Step(ref TreeNode nodes, ref double row, nuint at, uint[] bits);
}

/// <summary>Trees without categorical splits.</summary>
internal readonly struct NumericSplit : ISplit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Step(ref TreeNode nodes, ref double row, nuint at, uint[] bits)
    {
        ref var node = ref TreeNode.At(ref nodes, at);
        return node.Next + TreeNode.Second(Unsafe.Add(ref row, (nuint)node.Slot) > node.Threshold);
    }
}

/// <summary>Trees with them.</summary>
internal readonly struct AnySplit : ISplit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Step(ref TreeNode nodes, ref double row, nuint at, uint[] bits)
    {
        ref var node = ref TreeNode.At(ref nodes, at);
        if ((node.Slot & TreeNode.Categorical) == 0)
        {
            return node.Next + TreeNode.Second(Unsafe.Add(ref row, (nuint)node.Slot) > node.Threshold);
        }

        // −0.5 is category 0, as a C cast makes it. NaN, what is negative and what is beyond the bits go right.
        var value = Unsafe.Add(ref row, (nuint)(node.Slot & ~TreeNode.Categorical));
        var place = BitConverter.DoubleToUInt64Bits(node.Threshold);
        if (!(value > -1.0 && value < 32.0 * (uint)place))
        {
            return node.Next + TreeNode.Size;
        }

        var category = (uint)(int)value;
        var word = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bits), (nuint)((uint)(place >> 32) + (category >> 5)));
        return node.Next + ((~(word >> (int)(category & 31)) & 1) * TreeNode.Size);
    }
}

/// <summary>Eight walks side by side, kept in registers.</summary>
internal ref struct Walks
{
    public nuint A;
    public nuint B;
    public nuint C;
    public nuint D;
    public nuint E;
    public nuint F;
    public nuint G;
    public nuint H;

    /// <summary>Walks until all stand at leaves: <paramref name="distance"/> is a constant, 1 for the lanes of a block of rows and 0 for eight trees over one row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<TSplit>(ref TreeNode nodes, ref double row, [ConstantExpected] int distance, uint[] bits)
        where TSplit : struct, ISplit
    {
        nuint a = A, b = B, c = C, d = D, e = E, f = F, g = G, h = H;
        nuint moved;
        do
        {
            // Two steps to a look: the second may be for nothing, but half of the looks are saved.
            a = TSplit.Step(ref nodes, ref row, a, bits);
            b = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, distance), b, bits);
            c = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 2 * distance), c, bits);
            d = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 3 * distance), d, bits);
            e = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 4 * distance), e, bits);
            f = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 5 * distance), f, bits);
            g = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 6 * distance), g, bits);
            h = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 7 * distance), h, bits);

            var next = TSplit.Step(ref nodes, ref row, a, bits);
            moved = next ^ a;
            a = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, distance), b, bits);
            moved |= next ^ b;
            b = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 2 * distance), c, bits);
            moved |= next ^ c;
            c = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 3 * distance), d, bits);
            moved |= next ^ d;
            d = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 4 * distance), e, bits);
            moved |= next ^ e;
            e = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 5 * distance), f, bits);
            moved |= next ^ f;
            f = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 6 * distance), g, bits);
            moved |= next ^ g;
            g = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 7 * distance), h, bits);
            moved |= next ^ h;
            h = next;
        }
        while (moved != 0);
        A = a;
        B = b;
        C = c;
        D = d;
        E = e;
        F = f;
        G = g;
        H = h;
    }
}
