using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Slipway.Inference.LightGbm;

/// <summary>
/// A node as it is walked: 16 bytes, four to a cache line. The children of a node stand side by side: the walk goes to <see cref="Next"/> or the one after it, so a step
/// is a comparison and an addition, without a branch. A leaf compares with the slot that is always NaN, and leads to itself.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TreeNode
{
    /// <summary>The bit of <see cref="Slot"/> that marks a categorical split.</summary>
    public const uint Categorical = 0x8000_0000;

    /// <summary>What a node takes, in the units of <see cref="Next"/>: eight bytes, which the processor scales within a load.</summary>
    public const uint Size = 2;

    /// <summary>
    /// The walk goes to the second child when the value is greater. At a categorical split the bit words' start and count, 32 bits each; at a leaf its value.
    /// </summary>
    public double Threshold;

    /// <summary>Which value is compared: the slot's place in a block of rows.</summary>
    public uint Slot;

    /// <summary>The first of the two children.</summary>
    public uint Next;

    /// <summary>The node at a place as <see cref="Next"/> has it. Checks nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ref TreeNode At(ref TreeNode nodes, nuint place) => ref Unsafe.AddByteOffset(ref nodes, place * 8);

    /// <summary>The way to the second child or none. A conditional expression here became a branch, which is mispredicted every other time: the walk took three times as long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Second(bool second) => (nuint)Unsafe.BitCast<bool, byte>(second) * Size;
}
