using Slipway.Inference.Tensors;

namespace Slipway.Inference;

/// <summary>Names, types and shapes of a model's inputs and outputs: the contract with callers.</summary>
/// <param name="Inputs">In the model's order. A tabular model has one input of shape [−1] per column.</param>
/// <param name="Outputs">In the model's order.</param>
/// <param name="Tabular">
/// True when the inputs are columns of a table: callers may send them in any order as [N] or [N,1], or, when all are numbers,
/// as one matrix [N,F] in the order of <paramref name="Inputs"/>.
/// </param>
public sealed record ModelSignature(IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs, bool Tabular)
{
    /// <summary>The classes in the order of the scores, the second of two being the positive one; empty for a regression, and where the artifact does not say.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];
}
