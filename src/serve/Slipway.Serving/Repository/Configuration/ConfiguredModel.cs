using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serving.Repository.Configuration;

/// <summary>A model with the contract that its configuration states: narrower dimensions, class names, and tensors that callers see in another shape than the model does.</summary>
internal sealed class ConfiguredModel(IModel model, ModelSignature signature, TensorReshape?[] inputs, TensorReshape?[] outputs) : IModel
{
    private readonly bool _plain = Array.TrueForAll(inputs, reshape => reshape is null) && Array.TrueForAll(outputs, reshape => reshape is null);

    public string Format => model.Format;

    public ModelSignature Signature => signature;

    public ModelLoadInfo LoadInfo => model.LoadInfo;

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        if (_plain || inputs.Count != signature.Inputs.Count)
        {
            model.Run(inputs, outputs);
            return;
        }

        Reshape(inputs, forward: true);
        try
        {
            model.Run(inputs, outputs);
        }
        finally
        {
            // Whoever records the request sees it as it was sent.
            Reshape(inputs, forward: false);
        }

        Span<long> shape = stackalloc long[TensorReshape.MaxRank];
        for (var i = 0; i < outputs.Count; i++)
        {
            Reshape(outputs[i], OutputAt(i), shape);
        }
    }

    public void Dispose() => model.Dispose();

    private TensorReshape? OutputAt(int index) => index < outputs.Length ? outputs[index] : null;

    private void Reshape(TensorSet tensors, bool forward)
    {
        Span<long> shape = stackalloc long[TensorReshape.MaxRank];
        for (var i = 0; i < inputs.Length; i++)
        {
            var reshape = inputs[i];
            Reshape(tensors[i], forward ? reshape : reshape?.Back, shape);
        }
    }

    private static void Reshape(Tensor tensor, TensorReshape? reshape, Span<long> shape)
    {
        if (reshape is not null)
        {
            var own = shape[..reshape.To.Length];
            reshape.Apply(tensor.Shape, own);
            tensor.Reshape(tensor.Name, own);
        }
    }
}
