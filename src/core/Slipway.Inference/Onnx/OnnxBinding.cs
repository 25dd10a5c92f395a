using Microsoft.ML.OnnxRuntime;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>
/// The inputs and outputs of a run with certain shapes, bound once: native tensors over a slot's memory. A run through it passes one handle instead of names and tensors, and
/// allocates nothing.
/// </summary>
internal sealed class OnnxBinding : IDisposable
{
    private readonly OrtValue[] _inputs;
    private readonly long[][] _inputShapes;
    private OrtValue[] _outputs = [];
    private long[][] _outputShapes = [];
    private OrtIoBinding? _binding;

    private OnnxBinding(OrtValue[] inputs, long[][] shapes)
    {
        _inputs = inputs;
        _inputShapes = shapes;
    }

    /// <summary>The native inputs, in order.</summary>
    public IReadOnlyList<OrtValue> Inputs => _inputs;

    /// <summary>The outputs' shapes, where they are bound.</summary>
    public IReadOnlyList<long[]> OutputShapes => _outputShapes;

    /// <summary>The binding to run with; null until the outputs' shapes are known.</summary>
    public OrtIoBinding? Native => _binding;

    /// <summary>Native tensors of these shapes over <paramref name="memory"/>, which is large enough.</summary>
    public static OnnxBinding Over(TensorSet inputs, PinnedBuffer[] memory)
    {
        var values = new OrtValue[inputs.Count];
        var shapes = new long[inputs.Count][];
        for (var i = 0; i < values.Length; i++)
        {
            shapes[i] = inputs[i].Shape.ToArray();
            values[i] = inputs[i].Type == TensorType.Bytes
                ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shapes[i])
                : OnnxTensors.Over(memory[i].Address, inputs[i].Raw.Length, inputs[i].Type, shapes[i]);
        }

        return new OnnxBinding(values, shapes);
    }

    /// <summary>True when the inputs have the shapes that are bound.</summary>
    public bool Fits(TensorSet inputs)
    {
        for (var i = 0; i < _inputShapes.Length; i++)
        {
            if (!inputs[i].Shape.SequenceEqual(_inputShapes[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Binds everything, now that a run has shown which shapes the outputs have.</summary>
    public void Bind(InferenceSession session, IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, long[][] shapes, PinnedBuffer[] memory)
    {
        Unbind();
        _outputShapes = shapes;
        _outputs = new OrtValue[shapes.Length];
        _binding = session.CreateIoBinding();
        for (var i = 0; i < _inputs.Length; i++)
        {
            _binding.BindInput(inputs[i].Name, _inputs[i]);
        }

        for (var i = 0; i < shapes.Length; i++)
        {
            _outputs[i] = OnnxTensors.Over(memory[i].Address, OnnxTensors.Bytes(outputs[i].Type, shapes[i]), outputs[i].Type, shapes[i]);
            _binding.BindOutput(outputs[i].Name, _outputs[i]);
        }
    }

    /// <summary>Lets go of the outputs; the next run shows their shapes again.</summary>
    public void Unbind()
    {
        _binding?.Dispose();
        _binding = null;
        foreach (var output in _outputs)
        {
            output?.Dispose();
        }

        _outputs = [];
        _outputShapes = [];
    }

    public void Dispose()
    {
        Unbind();
        foreach (var input in _inputs)
        {
            input.Dispose();
        }
    }
}
