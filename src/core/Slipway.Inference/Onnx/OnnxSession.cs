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

    // Whether outputs may be written over: their shapes follow from the inputs' alone.
    private volatile bool _reusesOutputs;

    public OnnxSession(string path, ModelLoadOptions options)
    {
        _file = Path.GetFileName(path);
        OnnxFileCheck.Check(path);
        OnnxRuntimeLibrary.EnsureReady();
        _options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = options.Threads > 0 ? options.Threads : CpuLimit.Processors(),
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };

        // Waiting threads that spin take the processor from the server's own.
        _options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        try
        {
            _session = new InferenceSession(path, _options);
        }
        catch (OnnxRuntimeException error)
        {
            _options.Dispose();
            _runOptions.Dispose();
            throw new SlipwayException(ErrorKind.InvalidInput, $"{_file} cannot be loaded: {Reason(error, path)}", error);
        }

        try
        {
            Inputs = OnnxSignature.Inputs(_session, _file);
            Outputs = OnnxSignature.Outputs(_session, _file);
            _reusesOutputs = OnnxSignature.OutputsFollowInputs(_session, Outputs);
        }
        catch
        {
            DisposeNative();
            throw;
        }

        _inputNames = [.. Inputs.Select(input => input.Name)];
        _outputNames = [.. Outputs.Select(output => output.Name)];
        _slots = new SlotPool<OnnxRunSlot>(() => new OnnxRunSlot(Inputs));
    }

    public IReadOnlyList<TensorSpec> Inputs { get; }

    public IReadOnlyList<TensorSpec> Outputs { get; }

    /// <summary>Runs the model; <paramref name="inputs"/> stand in order and fit the signature.</summary>
    public void Run(TensorSet inputs, TensorSet outputs)
    {
        outputs.Clear();
        var slot = _slots.Take();
        try
        {
            slot.Fill(inputs);
            Run(slot);
            slot.Trim(OnnxOutputs.Copy(slot.Outputs!, Outputs, outputs));
            if (!_reusesOutputs)
            {
                slot.DropOutputs();
            }
        }
        catch (OnnxRuntimeException error)
        {
            slot.DropOutputs();
            throw new SlipwayException(ErrorKind.InvalidInput, $"{_file} cannot score these inputs: {Reason(error, _file)}", error);
        }
        finally
        {
            _slots.Return(slot);
        }
    }

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

    private void Run(OnnxRunSlot slot)
    {
        var reused = slot.Outputs is not null;
        if (reused)
        {
            try
            {
                _session.Run(_runOptions, _inputNames, slot.Inputs, _outputNames, slot.Outputs!);
                return;
            }
            catch (OnnxRuntimeException)
            {
                // Either the inputs are at fault, which the run below tells, or the model's shapes are not what its file says, and then outputs are never reused again.
            }
        }

        slot.Keep(_session.Run(_runOptions, _inputNames, slot.Inputs, _outputNames));
        if (reused)
        {
            _reusesOutputs = false;
        }
    }

    // ONNX Runtime's message without its code, paths and line breaks.
    private static string Reason(OnnxRuntimeException error, string path)
    {
        const int Longest = 400;
        var text = error.Message.ReplaceLineEndings(" ").Replace(path, Path.GetFileName(path), StringComparison.Ordinal);
        var code = text.IndexOf("] ", StringComparison.Ordinal);
        text = text.StartsWith("[ErrorCode:", StringComparison.Ordinal) && code > 0 ? text[(code + 2)..] : text;
        text = text.Length > Longest ? $"{text[..Longest]}…" : text;
        return text.EndsWith('.') ? text : $"{text}.";
    }
}
