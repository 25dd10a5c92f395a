using Microsoft.ML.OnnxRuntime;
using Slipway.Core.Errors;

namespace Slipway.Inference.Onnx;

/// <summary>Opens a model with the threads and the device that it shall have.</summary>
internal sealed class OnnxSessionFactory(string path, OnnxDevice device)
{
    // What ONNX Runtime says when the device cannot run a part of the model and may not leave it to the processor.
    private const string LeftToProcessor = "fallback to CPU EP has been explicitly disabled";

    private readonly string _file = Path.GetFileName(path);

    /// <summary>Opens the model as <paramref name="options"/> say; 0 threads are chosen by a measurement.</summary>
    public static (OnnxSession Session, ModelLoadInfo Info) Open(string path, ModelLoadOptions options, int processors, TimeProvider time)
    {
        var began = time.GetTimestamp();
        var device = OnnxDevice.Parse(options.Device);
        OnnxFileCheck.Check(path);
        OnnxRuntimeLibrary.EnsureReady();
        device.Require();
        var factory = new OnnxSessionFactory(path, device);

        // Instances that run side by side share the processors.
        var most = Math.Max(1, processors / Math.Max(1, options.Instances));
        var (session, info) = options.Threads == 0 && most > 1 && device.IsCpu ? factory.OpenMeasured(most, time) : factory.OpenWith(options.Threads, most);
        return (session, info with
        {
            Device = device.Name,
            Instances = options.Instances > 0 ? options.Instances : Math.Max(1, processors / info.Threads),
            LoadTime = time.GetElapsedTime(began),
        });
    }

    private (OnnxSession Session, ModelLoadInfo Info) OpenWith(int asked, int most)
    {
        var threads = Math.Clamp(asked, 1, most);
        var session = Open(threads, out var note);
        return (session, new ModelLoadInfo
        {
            Threads = threads,
            Note = asked > threads ? $"{asked} threads a run would be more than the processors for all instances, so a run has {threads}." : note,
        });
    }

    // A model whose run is short, as most are, is opened once.
    private (OnnxSession Session, ModelLoadInfo Info) OpenMeasured(int most, TimeProvider time)
    {
        var single = Open(1, out _);
        OnnxSession? several = null;
        try
        {
            TimeSpan? one, all = null;
            try
            {
                one = ThreadProbe.Measure(single, time);
            }
            catch (SlipwayException)
            {
                return (single, new ModelLoadInfo { Note = "The model cannot score zeros, so nothing was measured and a run has one thread. Set threads to have more." });
            }

            if (ThreadProbe.IsLong(one))
            {
                several = Open(most, out _);
                all = one is null ? null : ThreadProbe.Measure(several, time);
            }

            var threads = ThreadProbe.Choose(one, most, all);
            var (kept, dropped) = threads == 1 ? (single, several) : (several!, single);
            dropped?.Dispose();
            return (kept, new ModelLoadInfo { Threads = threads, Probe = new ThreadProbeResult(one, most, all) });
        }
        catch
        {
            single.Dispose();
            several?.Dispose();
            throw;
        }
    }

    private OnnxSession Open(int threads, out string? note)
    {
        note = null;
        try
        {
            if (device.IsCpu)
            {
                return Open(threads, strict: false);
            }

            try
            {
                return Open(threads, strict: true);
            }
            catch (OnnxRuntimeException error) when (error.Message.Contains(LeftToProcessor, StringComparison.Ordinal))
            {
                // Many good models have a few operations on shapes that belong on the processor. It is not hidden.
                note = $"{device.Name} cannot run every operation of {_file}; some of them run on the processor.";
                return Open(threads, strict: false);
            }
        }
        catch (OnnxRuntimeException error)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{_file} cannot be loaded: {OnnxErrors.Reason(error, path)}", error);
        }
    }

    private OnnxSession Open(int threads, bool strict)
    {
        var options = new SessionOptions
        {
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        InferenceSession session;
        try
        {
            // Waiting threads that spin take the processor from the server's own.
            options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
            if (strict)
            {
                options.AddSessionConfigEntry("session.disable_cpu_ep_fallback", "1");
            }

            device.Append(options);
            session = new InferenceSession(path, options);
        }
        catch
        {
            options.Dispose();
            throw;
        }

        return new OnnxSession(session, options, _file);
    }
}
