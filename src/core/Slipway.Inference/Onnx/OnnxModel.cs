using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>An ONNX model whose inputs and outputs are tensors as its file has them.</summary>
internal sealed class OnnxModel(OnnxSession session, ModelLoadInfo info) : IModel
{
    /// <inheritdoc/>
    public string Format => OnnxModelLoader.Format;

    /// <inheritdoc/>
    public ModelSignature Signature { get; } = new(session.Inputs, session.Outputs, Tabular: false);

    /// <inheritdoc/>
    public ModelLoadInfo LoadInfo => info;

    /// <inheritdoc/>
    public void Run(TensorSet inputs, TensorSet outputs) => session.Run(inputs, outputs);

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
