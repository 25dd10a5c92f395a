using System.Runtime.CompilerServices;

namespace Slipway.Serving.Untyped;

/// <summary>How far an input is, whose values come one after another.</summary>
internal struct InputFill
{
    /// <summary>The place of its tensor in the call's inputs, from 1; 0 while nothing has come.</summary>
    public int Tensor;

    /// <summary>How many elements have come.</summary>
    public int Filled;

    /// <summary>How many rows have come; −1 for an input that came whole.</summary>
    public int Rows;

    /// <summary>How deep its elements are nested, plus 1; 0 while it is not known.</summary>
    public int Depth;

    /// <summary>True for a column that the table's head names.</summary>
    public bool InHead;

    /// <summary>The lengths, plus 1; 0 while one is not known.</summary>
    public Lengths Shape;

    /// <summary>A length for each level of nesting.</summary>
    [InlineArray(TensorFiller.MaxDepth)]
    internal struct Lengths
    {
        private int _first;
    }
}
