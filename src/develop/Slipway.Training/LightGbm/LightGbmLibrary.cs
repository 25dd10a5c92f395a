using System.Runtime.InteropServices;

namespace Slipway.Training.LightGbm;

/// <summary>LightGBM's native library: whether this machine can load it.</summary>
public static class LightGbmLibrary
{
    internal const string Name = "lib_lightgbm";

    /// <summary>True when training with LightGBM will find its library; else <paramref name="problem"/> says what is missing and the one command that mends it.</summary>
    public static bool Check(out string? problem) => Check(Name, out problem);

    internal static bool Check(string library, out string? problem)
    {
        try
        {
            OpenMp.WaitPassively();

            // Not freed: the library stays loaded for the training that follows.
            NativeLibrary.Load(library, typeof(LightGbmLibrary).Assembly, searchPath: null);
            problem = null;
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            problem = Describe(e.Message);
            return false;
        }
    }

    private static string Describe(string reason)
    {
        if (reason.Contains("libgomp", StringComparison.Ordinal))
        {
            return "LightGBM needs the library libgomp, which this machine lacks. Install it: apt-get install -y libgomp1";
        }

        if (OperatingSystem.IsMacOS() && reason.Contains("libomp", StringComparison.Ordinal))
        {
            return "LightGBM needs the library libomp, which this machine lacks. Install it: brew install libomp";
        }

        return RuntimeInformation.ProcessArchitecture == Architecture.X64
            ? $"LightGBM's library cannot be loaded: {reason.ReplaceLineEndings(" ").Trim()}"
            : $"LightGBM's library is packaged for x64 processors only, and this one is {RuntimeInformation.ProcessArchitecture}. Train elsewhere and give the model as `artifact:`.";
    }
}
