namespace Slipway.Inference.Tensors;

/// <summary>One input or output of a model.</summary>
/// <param name="Name">The name callers use.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">Dimensions; −1 is open. The first is the number of rows wherever the model takes several.</param>
/// <param name="Optional">True when a caller may leave it out: the value counts as missing.</param>
public sealed record TensorSpec(string Name, TensorType Type, IReadOnlyList<long> Shape, bool Optional = false);
