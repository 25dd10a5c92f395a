using Microsoft.ML.OnnxRuntime;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>
/// The native tensors of one run. They are used again while shapes stay the same, which in steady state makes a run free of native allocations. Belongs to one run at a time.
/// </summary>
internal sealed class OnnxRunSlot(IReadOnlyList<TensorSpec> specs) : IDisposable
{
    // What a slot may keep between runs. One huge request does not hold its memory for ever.
    private const long KeepBytes = 4 << 20;

    private readonly OrtValue?[] _inputs = new OrtValue?[specs.Count];
    private readonly long[][] _shapes = [.. specs.Select(_ => Array.Empty<long>())];
    private IDisposableReadOnlyCollection<OrtValue>? _outputs;
    private long _inputBytes;

    /// <summary>The inputs, after <see cref="Fill"/>.</summary>
    public IReadOnlyCollection<OrtValue> Inputs => _inputs!;

    /// <summary>The outputs of the last run with these input shapes, to be overwritten by the next; null when there are none.</summary>
    public IDisposableReadOnlyCollection<OrtValue>? Outputs => _outputs;

    /// <summary>Copies the values in.</summary>
    public void Fill(TensorSet inputs)
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            var tensor = inputs[i];
            if (_inputs[i] is null || !tensor.Shape.SequenceEqual(_shapes[i]))
            {
                DropOutputs();
                _inputs[i]?.Dispose();
                _inputs[i] = null;
                _shapes[i] = tensor.Shape.ToArray();
                _inputs[i] = tensor.Type == TensorType.Bytes
                    ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, _shapes[i])
                    : OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, OnnxTypes.Of(tensor.Type), _shapes[i]);
            }

            if (tensor.Type == TensorType.Bytes)
            {
                FillText(tensor, _inputs[i]!, specs[i].Name);
                _inputBytes = Math.Max(_inputBytes, tensor.Count * 32L);
            }
            else if (tensor.Count > 0)
            {
                tensor.Raw.CopyTo(_inputs[i]!.GetTensorMutableRawData());
                _inputBytes = Math.Max(_inputBytes, tensor.Raw.Length);
            }
        }
    }

    /// <summary>Takes over the outputs of a run.</summary>
    public void Keep(IDisposableReadOnlyCollection<OrtValue> outputs)
    {
        DropOutputs();
        _outputs = outputs;
    }

    /// <summary>Lets go of outputs that cannot be written again.</summary>
    public void DropOutputs()
    {
        _outputs?.Dispose();
        _outputs = null;
    }

    /// <summary>Lets go of what is too large to be kept.</summary>
    public void Trim(long outputBytes)
    {
        if (outputBytes > KeepBytes)
        {
            DropOutputs();
        }

        if (_inputBytes > KeepBytes)
        {
            DropInputs();
        }
    }

    public void Dispose()
    {
        DropOutputs();
        DropInputs();
    }

    private void DropInputs()
    {
        DropOutputs();
        for (var i = 0; i < _inputs.Length; i++)
        {
            _inputs[i]?.Dispose();
            _inputs[i] = null;
        }

        _inputBytes = 0;
    }

    private static void FillText(Tensor tensor, OrtValue value, string name)
    {
        var items = tensor.Items;
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is not { } text)
            {
                throw new SlipwayException(ErrorKind.InvalidInput, $"Input '{name}' is null at element {i}, but the model knows no missing text.");
            }

            value.StringTensorSetElementAt(text.Span, i);
        }
    }
}
