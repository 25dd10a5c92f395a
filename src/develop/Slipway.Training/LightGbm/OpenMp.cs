using System.Runtime.InteropServices;

namespace Slipway.Training.LightGbm;

/// <summary>How the threads of OpenMP, which LightGBM computes with, wait for each other.</summary>
internal static partial class OpenMp
{
    /// <summary>
    /// Lets threads sleep instead of spin while they wait. Boosting waits thousands of times a second; where other work shares the cores (a server that answers requests while it
    /// trains) spinning threads hold the cores that the awaited thread needs: 400 rounds on 17 379 rows took 43 to 80 s on a loaded machine with two cores, and 3 s with this.
    /// Must come before the library is loaded; a policy that the operator has set stays.
    /// </summary>
    public static void WaitPassively()
    {
        // Native code does not see what Environment.SetEnvironmentVariable sets.
        if (OperatingSystem.IsLinux())
        {
            SetEnvironment("OMP_WAIT_POLICY", "passive", overwrite: 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
