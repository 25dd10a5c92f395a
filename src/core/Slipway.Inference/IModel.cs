using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference;

/// <summary>
/// A loaded model. <see cref="Run"/> may be called by several threads at once. Disposing while runs are under way is safe only through
/// <see cref="ModelLease"/>s of a <see cref="LoadedModel"/>, which waits for them.
/// </summary>
public interface IModel : IDisposable
{
    /// <summary>The kind of artifact, such as <c>onnx</c> or <c>lightgbm</c>.</summary>
    string Format { get; }

    /// <summary>The contract with callers.</summary>
    ModelSignature Signature { get; }

    /// <summary>How the model was loaded.</summary>
    ModelLoadInfo LoadInfo => new();

    /// <summary>
    /// Runs the model. <paramref name="inputs"/> have been checked against the signature (<see cref="SignatureCheck"/>): they stand in its order,
    /// or are the single matrix of a tabular model. Fills <paramref name="outputs"/>, which it clears first, in the signature's order.
    /// </summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> when the values cannot be scored.</exception>
    void Run(TensorSet inputs, TensorSet outputs);
}
