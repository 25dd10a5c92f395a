using System.Runtime.InteropServices;

namespace Slipway.Inference.LightGbm;

/// <summary>
/// A node as it is walked: 16 bytes, four to a cache line. The children of a node stand side by side: the walk goes to <see cref="Next"/> or the one after it, so a step
/// is a comparison and an addition, without a branch. A leaf leads to itself.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TreeNode
{
    /// <summary>The bit of <see cref="Slot"/> that marks a categorical split.</summary>
    public const uint Categorical = 0x8000_0000;

    /// <summary>The walk goes to <c>Next + 1</c> when the value is greater. For a categorical split: bit words' start and count, 32 bits each.</summary>
    public double Threshold;

    /// <summary>Which value of the prepared row is compared.</summary>
    public uint Slot;

    /// <summary>The first of the two children.</summary>
    public uint Next;
}
