using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Slipway.Core.Errors;

namespace Slipway.Inference.Onnx;

/// <summary>A device that ONNX Runtime can run on, by its execution providers. There is no way from a device that is missing to the processor but the user's own.</summary>
internal sealed class OnnxDevice
{
    // Name, whether it has a number, ONNX Runtime's name of the provider, its library, and where a build with it comes from.
    private static readonly Provider[] Providers =
    [
        new("cuda", true, "CUDAExecutionProvider", "onnxruntime_providers_cuda", "its GPU build (onnxruntime-linux-x64-gpu or the package Microsoft.ML.OnnxRuntime.Gpu), CUDA and cuDNN", (o, n) => o.AppendExecutionProvider_CUDA(n)),
        new("tensorrt", true, "TensorrtExecutionProvider", "onnxruntime_providers_tensorrt", "its GPU build (onnxruntime-linux-x64-gpu or the package Microsoft.ML.OnnxRuntime.Gpu), CUDA and TensorRT", (o, n) => o.AppendExecutionProvider_Tensorrt(n)),
        new("rocm", true, "ROCMExecutionProvider", "onnxruntime_providers_rocm", "a build with ROCm, which ONNX Runtime had up to 1.22 (later ones have migraphx)", (o, n) => o.AppendExecutionProvider_ROCm(n)),
        new("migraphx", true, "MIGraphXExecutionProvider", "onnxruntime_providers_migraphx", "a build with MIGraphX, and ROCm", (o, n) => o.AppendExecutionProvider_MIGraphX(n)),
        new("dml", true, "DmlExecutionProvider", null, "the package Microsoft.ML.OnnxRuntime.DirectML, on Windows", Direct),
        new("openvino", false, "OpenVINOExecutionProvider", "onnxruntime_providers_openvino", "Intel's build of it (the package Intel.ML.OnnxRuntime.OpenVino)", (o, _) => o.AppendExecutionProvider_OpenVINO()),
        new("coreml", false, "CoreMLExecutionProvider", null, "its build for macOS", (o, _) => o.AppendExecutionProvider_CoreML()),
    ];

    private readonly Provider? _provider;
    private readonly int _number;

    private OnnxDevice(string name, Provider? provider, int number)
    {
        Name = name;
        _provider = provider;
        _number = number;
    }

    /// <summary>The processor.</summary>
    public static OnnxDevice Cpu { get; } = new("cpu", null, 0);

    /// <summary>As it was configured: <c>cuda:0</c>.</summary>
    public string Name { get; }

    public bool IsCpu => _provider is null;

    /// <summary>Reads a device's name.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.InvalidInput"/> when there is no such device.</exception>
    public static OnnxDevice Parse(string text)
    {
        if (text == Cpu.Name)
        {
            return Cpu;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var provider = Array.Find(Providers, provider => provider.Name == (colon < 0 ? text : text[..colon]));
        var number = 0;
        if (provider is null
            || provider.Numbered != colon >= 0
            || (provider.Numbered && !(int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < 1024)))
        {
            var known = string.Join(", ", Providers.Select(provider => provider.Numbered ? $"{provider.Name}:0" : provider.Name));
            throw new SlipwayException(ErrorKind.InvalidInput, $"The device '{text}' is not known. Devices are cpu, {known}; the number is the device's own, from 0 on.");
        }

        return new OnnxDevice(text, provider, number);
    }

    /// <summary>Throws unless this build of ONNX Runtime has what the device needs.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/>, naming what is missing and where it was looked for.</exception>
    public void Require()
    {
        if (_provider is null)
        {
            return;
        }

        var library = LibraryPath();
        if (!OrtEnv.Instance().GetAvailableProviders().Contains(_provider.Runtime))
        {
            throw Missing($"the ONNX Runtime {OnnxRuntimeLibrary.Version} at {library} is built without its {_provider.Runtime}", library);
        }

        if (_provider.Library is { } name && !File.Exists(Path.Combine(Path.GetDirectoryName(library)!, FileName(name))))
        {
            throw Missing($"{FileName(name)} is not beside {library}", library);
        }
    }

    /// <summary>Tells ONNX Runtime to run on the device.</summary>
    /// <exception cref="SlipwayException"><see cref="ErrorKind.Unavailable"/> when the device's libraries do not load, or there is no such device.</exception>
    public void Append(SessionOptions options)
    {
        if (_provider is null)
        {
            return;
        }

        try
        {
            _provider.Append(options, _number);
        }
        catch (Exception error) when (error is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException or NotSupportedException)
        {
            throw Missing(error.Message.ReplaceLineEndings(" ").TrimEnd('.', ' '), LibraryPath(), error);
        }
    }

    private static string FileName(string name) => OperatingSystem.IsWindows() ? $"{name}.dll" : OperatingSystem.IsMacOS() ? $"lib{name}.dylib" : $"lib{name}.so";

    // DirectML needs both settings; without them it refuses the session.
    private static void Direct(SessionOptions options, int number)
    {
        options.EnableMemoryPattern = false;
        options.AppendExecutionProvider_DML(number);
    }

    // Where .NET found the library: beside the program, or below it by platform.
    private static string LibraryPath()
    {
        var name = FileName("onnxruntime");
        string[] folders = [AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier, "native")];
        return folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists) ?? Path.Combine(folders[0], name);
    }

    private SlipwayException Missing(string why, string library, Exception? error = null)
    {
        var message = $"The device {Name} cannot be used: {why}. It needs {_provider!.Source}, with its libraries in {Path.GetDirectoryName(library)}; or serve the model with device: cpu.";
        return error is null ? new SlipwayException(ErrorKind.Unavailable, message) : new SlipwayException(ErrorKind.Unavailable, message, error);
    }

    private sealed record Provider(string Name, bool Numbered, string Runtime, string? Library, string Source, Action<SessionOptions, int> Append);
}
