using System.Runtime.InteropServices;
using Slipway.Inference;

namespace Slipway.Core.Tests.Inference;

public sealed partial class OnnxTelemetryTests
{
    [Fact]
    public void The_native_library_sees_that_telemetry_is_off_and_keeps_no_store_of_events()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The proof reads /proc.");
        using var model = ModelLoader.Load(TestModels.Path("linear.onnx"), new ModelLoadOptions());

        Assert.Contains(File.ReadLines("/proc/self/maps"), line => line.EndsWith("libonnxruntime.so", StringComparison.Ordinal));
        Assert.Equal("1", Marshal.PtrToStringUTF8(GetNative("ORT_DISABLE_TELEMETRY")));

        // With telemetry on the library creates a database of events in the user's cache and holds it open for as long as the process lives.
        var open = Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Target);
        Assert.DoesNotContain(open, target => target.Contains(".onnxruntime", StringComparison.Ordinal));
    }

    private static string Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (IOException)
        {
            // Closed by another test meanwhile.
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetNative(string name);
}
