using Microsoft.ML.OnnxRuntime;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>
/// The memory and the bindings of one run. Batches differ in their rows, so the bindings of many shapes are kept, all over the same memory: in steady state a run is a copy in, one
/// native call, and a copy out. Belongs to one run at a time.
/// </summary>
internal sealed class OnnxRunSlot(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs) : IDisposable
{
    // Beyond these a copy costs more than binding anew, and a slot must not hold the memory of one huge request for ever.
    private const int MostInputBytes = 256 << 10;
    private const int MostOutputBytes = 1 << 20;

    // One for each size of a batch, as they are by default.
    private const int MostBindings = 64;

    private readonly PinnedBuffer[] _inputMemory = [.. inputs.Select(_ => new PinnedBuffer())];
    private readonly PinnedBuffer[] _outputMemory = [.. outputs.Select(_ => new PinnedBuffer())];
    private readonly List<OnnxBinding> _bindings = [];
    private int _last;

    /// <summary>True when inputs are small enough to be copied.</summary>
    public static bool Holds(TensorSet inputs)
    {
        long bytes = 0;
        for (var i = 0; i < inputs.Count; i++)
        {
            bytes += inputs[i].Type == TensorType.Bytes ? inputs[i].Count * 32L : inputs[i].Raw.Length;
        }

        return bytes <= MostInputBytes;
    }

    /// <summary>Copies the values in and returns what they are bound by.</summary>
    public OnnxBinding Fill(TensorSet values)
    {
        var binding = Find(values) ?? Add(values);
        for (var i = 0; i < inputs.Count; i++)
        {
            var tensor = values[i];
            if (tensor.Type == TensorType.Bytes)
            {
                OnnxTensors.FillText(tensor, binding.Inputs[i], inputs[i].Name);
            }
            else
            {
                tensor.Raw.CopyTo(_inputMemory[i].Bytes(tensor.Raw.Length));
            }
        }

        return binding;
    }

    /// <summary>Binds the outputs to memory, when a run has shown their shapes.</summary>
    public void Bind(OnnxBinding binding, InferenceSession session, TensorSet results)
    {
        long all = 0;
        var moved = false;
        for (var i = 0; i < outputs.Count; i++)
        {
            all += results[i].Raw.Length;
        }

        if (all > MostOutputBytes)
        {
            return;
        }

        for (var i = 0; i < outputs.Count; i++)
        {
            moved |= _outputMemory[i].Grow(results[i].Raw.Length);
        }

        if (moved)
        {
            foreach (var former in _bindings)
            {
                former.Unbind();
            }
        }

        var shapes = new long[outputs.Count][];
        for (var i = 0; i < shapes.Length; i++)
        {
            shapes[i] = results[i].Shape.ToArray();
        }

        binding.Bind(session, inputs, outputs, shapes, _outputMemory);
    }

    /// <summary>Copies what a run through the binding produced.</summary>
    public void CopyTo(OnnxBinding binding, TensorSet results)
    {
        for (var i = 0; i < outputs.Count; i++)
        {
            var target = results.Add(outputs[i].Name, outputs[i].Type, binding.OutputShapes[i]);
            _outputMemory[i].Bytes(target.Raw.Length).CopyTo(target.Raw);
        }
    }

    public void Dispose() => Drop();

    private OnnxBinding? Find(TensorSet values)
    {
        for (var i = 0; i < _bindings.Count; i++)
        {
            var at = (_last + i) % _bindings.Count;
            if (_bindings[at].Fits(values))
            {
                _last = at;
                return _bindings[at];
            }
        }

        return null;
    }

    private OnnxBinding Add(TensorSet values)
    {
        var moved = false;
        for (var i = 0; i < inputs.Count; i++)
        {
            if (values[i].Type != TensorType.Bytes)
            {
                moved |= _inputMemory[i].Grow(values[i].Raw.Length);
            }
        }

        if (moved)
        {
            Drop();
        }

        var binding = OnnxBinding.Over(values, _inputMemory);
        if (_bindings.Count < MostBindings)
        {
            _last = _bindings.Count;
            _bindings.Add(binding);
        }
        else
        {
            _last = (_last + 1) % MostBindings;
            _bindings[_last].Dispose();
            _bindings[_last] = binding;
        }

        return binding;
    }

    private void Drop()
    {
        foreach (var binding in _bindings)
        {
            binding.Dispose();
        }

        _bindings.Clear();
        _last = 0;
    }
}
