using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Slipway.Core.Errors;

namespace Slipway.Training.LightGbm;

/// <summary>Turns what LightGBM says of a failed call into one sentence.</summary>
internal static partial class LightGbmError
{
    /// <summary>Throws when a call failed. Must follow the call on the same thread.</summary>
    public static void Check(int result)
    {
        if (result != 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"LightGBM refused: {Clean(Marshal.PtrToStringUTF8(NativeMethods.GetLastError()) ?? "it gave no reason")}.");
        }
    }

    /// <summary><c>Check failed: (num_leaves) &gt; (1) at /src/config_auto.cpp, line 401 .</c> becomes <c>it needs num_leaves &gt; 1</c>.</summary>
    internal static string Clean(string message)
    {
        var text = SourcePlace().Replace(message.ReplaceLineEndings(" "), "").Trim().TrimEnd('.', ' ');
        return FailedCheck().Match(text) is { Success: true } check ? $"it needs {check.Groups[1].Value} {check.Groups[2].Value} {check.Groups[3].Value}" : text;
    }

    [GeneratedRegex(@" at \S+\.(cpp|hpp|h), line \d+ *\.?", RegexOptions.CultureInvariant)]
    private static partial Regex SourcePlace();

    [GeneratedRegex(@"^Check failed: \((.+?)\) (\S+) \((.+?)\)$", RegexOptions.CultureInvariant)]
    private static partial Regex FailedCheck();
}
