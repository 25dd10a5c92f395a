using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Slipway.Inference.LightGbm;

/// <summary>One step down a tree; a struct per kind of split, so that the JIT inlines it into a loop of its own.</summary>
internal interface ISplit
{
    /// <summary>The child of <paramref name="at"/> that the row goes to; a leaf itself.</summary>
    static abstract uint Step(ref TreeNode nodes, ref double row, uint at, uint[] bits);
}

/// <summary>Trees without categorical splits.</summary>
internal readonly struct NumericSplit : ISplit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Step(ref TreeNode nodes, ref double row, uint at, uint[] bits)
    {
        ref var node = ref Unsafe.Add(ref nodes, at);
        return node.Next + (Unsafe.Add(ref row, node.Slot) > node.Threshold ? 1u : 0u);
    }
}

/// <summary>Trees with them.</summary>
internal readonly struct AnySplit : ISplit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Step(ref TreeNode nodes, ref double row, uint at, uint[] bits)
    {
        ref var node = ref Unsafe.Add(ref nodes, at);
        if ((node.Slot & TreeNode.Categorical) == 0)
        {
            return node.Next + (Unsafe.Add(ref row, node.Slot) > node.Threshold ? 1u : 0u);
        }

        // −0.5 is category 0, as a C cast makes it. NaN, what is negative and what is beyond the bits go right.
        var value = Unsafe.Add(ref row, node.Slot & ~TreeNode.Categorical);
        var place = BitConverter.DoubleToUInt64Bits(node.Threshold);
        if (!(value > -1.0 && value < 32.0 * (uint)place))
        {
            return node.Next + 1;
        }

        var category = (uint)(int)value;
        var word = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(bits), (uint)(place >> 32) + (category >> 5));
        return node.Next + (~(word >> (int)(category & 31)) & 1);
    }
}

/// <summary>Eight walks side by side, kept in registers.</summary>
internal ref struct Walks
{
    public uint A;
    public uint B;
    public uint C;
    public uint D;
    public uint E;
    public uint F;
    public uint G;
    public uint H;

    /// <summary>Walks until all stand at leaves. <paramref name="stride"/> is the distance of the rows; 0 when all walk over the same one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run<TSplit>(ref TreeNode nodes, ref double row, int stride, uint[] bits)
        where TSplit : struct, ISplit
    {
        uint a = A, b = B, c = C, d = D, e = E, f = F, g = G, h = H;
        uint moved;
        do
        {
            var next = TSplit.Step(ref nodes, ref row, a, bits);
            moved = next ^ a;
            a = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, stride), b, bits);
            moved |= next ^ b;
            b = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 2 * stride), c, bits);
            moved |= next ^ c;
            c = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 3 * stride), d, bits);
            moved |= next ^ d;
            d = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 4 * stride), e, bits);
            moved |= next ^ e;
            e = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 5 * stride), f, bits);
            moved |= next ^ f;
            f = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 6 * stride), g, bits);
            moved |= next ^ g;
            g = next;
            next = TSplit.Step(ref nodes, ref Unsafe.Add(ref row, 7 * stride), h, bits);
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
