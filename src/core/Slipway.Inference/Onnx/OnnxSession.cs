using System.Buffers;
using Microsoft.ML.OnnxRuntime;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>An ONNX Runtime session between sets of tensors. Runs by several threads share the session; each has a slot of its own.</summary>
internal sealed class OnnxSession : IDisposable
{
    private readonly InferenceSession _session;
    private readonly SessionOptions _options;
    private readonly RunOptions _runOptions = new();
    private readonly string[] _inputNames;
    private readonly string[] _outputNames;
    private readonly string _file;
    private readonly SlotPool<OnnxRunSlot> _slots;

    // Whether outputs can be bound: their shapes follow from the inputs' alone.
    private volatile bool _outputsFollow;

    /// <summary>Takes over a session and its options.</summary>
    public OnnxSession(InferenceSession session, SessionOptions options, string file)
    {
        _session = session;
        _options = options;
        _file = file;
        try
        {
            Inputs = OnnxSignature.Inputs(_session, _file);
            Outputs = OnnxSignature.Outputs(_session, _file);
            _outputsFollow = OnnxSignature.OutputsFollowInputs(_session, Outputs);
        }
        catch
        {
            DisposeNative();
            throw;
        }

        _inputNames = [.. Inputs.Select(input => input.Name)];
        _outputNames = [.. Outputs.Select(output => output.Name)];
        _slots = new SlotPool<OnnxRunSlot>(() => new OnnxRunSlot(Inputs, Outputs));
    }

    public IReadOnlyList<TensorSpec> Inputs { get; }

    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Runs the model; <paramref name="inputs"/> stand in order and fit the signature.</summary>
    public void Run(TensorSet inputs, TensorSet outputs)
    {
        outputs.Clear();
        try
        {
            if (OnnxRunSlot.Holds(inputs))
            {
                RunInSlot(inputs, outputs);
            }
            else
            {
                RunInPlace(inputs, outputs);
            }
        }
        catch (OnnxRuntimeException error)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{_file} cannot score these inputs: {OnnxErrors.Reason(error, _file)}", error);
        }
    }

    /// <summary>Ends whatever runs after <paramref name="limit"/>, until it is disposed. For runs by one caller alone, before anybody else has the session.</summary>
    public IDisposable StopAfter(TimeSpan limit, TimeProvider time) => new Stop(_runOptions, limit, time);

    public void Dispose()
    {
        _slots.Dispose();
        DisposeNative();
    }

    private void DisposeNative()
    {
        _session.Dispose();
        _options.Dispose();
        _runOptions.Dispose();
    }

    private void RunInSlot(TensorSet inputs, TensorSet outputs)
    {
        var slot = _slots.Take();
        try
        {
            var binding = slot.Fill(inputs);
            var wasBound = binding.Native is not null;
            if (wasBound)
            {
                try
                {
                    _session.RunWithBinding(_runOptions, binding.Native!);
                    slot.CopyTo(binding, outputs);
                    return;
                }
                catch (OnnxRuntimeException)
                {
                    // Either the inputs are at fault, which the run below tells, or the model's shapes are not what its file says, and then outputs are never bound again.
                    binding.Unbind();
                }
            }

            using (var results = _session.Run(_runOptions, _inputNames, binding.Inputs, _outputNames))
            {
                OnnxOutputs.Copy(results, Outputs, outputs);
            }

            if (wasBound)
            {
                _outputsFollow = false;
            }
            else if (_outputsFollow)
            {
                slot.Bind(binding, _session, outputs);
            }
        }
        finally
        {
            _slots.Return(slot);
        }
    }

    // Large inputs are not copied: the native tensors lie over the caller's own memory for the time of the run.
    private void RunInPlace(TensorSet inputs, TensorSet outputs)
    {
        var values = new OrtValue[inputs.Count];
        var pins = new MemoryHandle[inputs.Count];
        try
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = OnnxTensors.Over(inputs[i], Inputs[i].Name, out pins[i]);
            }

            using var results = _session.Run(_runOptions, _inputNames, values, _outputNames);
            OnnxOutputs.Copy(results, Outputs, outputs);
        }
        finally
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i]?.Dispose();
                pins[i].Dispose();
            }
        }
    }

    private sealed class Stop : IDisposable
    {
        private readonly Lock _gate = new();
        private readonly RunOptions _options;
        private readonly ITimer _timer;
        private bool _over;

        public Stop(RunOptions options, TimeSpan limit, TimeProvider time)
        {
            _options = options;
            _timer = time.CreateTimer(_ => Set(true), null, limit, Timeout.InfiniteTimeSpan);
        }

        public void Dispose()
        {
            _timer.Dispose();
            lock (_gate)
            {
                // A timer that fires at this very moment must not end the runs of later callers.
                _over = true;
                _options.Terminate = false;
            }
        }

        private void Set(bool value)
        {
            lock (_gate)
            {
                if (!_over)
                {
                    _options.Terminate = value;
                }
            }
        }
    }
}
