using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace Slipway.Inference.Onnx;

/// <summary>ONNX Runtime's native library. Everything that uses it calls <see cref="EnsureReady"/> first.</summary>
public static partial class OnnxRuntimeLibrary
{
    private const string Variable = "ORT_DISABLE_TELEMETRY";

    // A static initialiser runs once, and before anybody gets past it.
    private static readonly OrtEnv Environment = Start();

    /// <summary>The library's version, such as 1.31.1; loads it.</summary>
    /// <exception cref="TypeInitializationException">The library cannot be loaded on this machine.</exception>
    public static string Version => Environment.GetVersionString();

    /// <summary>Returns when the library is loaded, with its telemetry off.</summary>
    public static void EnsureReady() => GC.KeepAlive(Environment);

    private static OrtEnv Start()
    {
        // Since 1.29 the Linux build reports usage to its maker unless this variable is set when the library initialises. On Unix .NET keeps its own copy of the
        // environment, so Environment.SetEnvironmentVariable would not reach native code.
        System.Environment.SetEnvironmentVariable(Variable, "1");
        if (!OperatingSystem.IsWindows() && SetNative(Variable, "1", 1) != 0)
        {
            throw new InvalidOperationException($"{Variable} could not be set, so ONNX Runtime is not started: it would report usage.");
        }

        var options = new EnvironmentCreationOptions { logId = "slipway", logLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
        var environment = OrtEnv.IsCreated ? OrtEnv.Instance() : OrtEnv.CreateInstanceWithOptions(ref options);
        environment.DisableTelemetryEvents();
        return environment;
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetNative(string name, string value, int overwrite);
}
