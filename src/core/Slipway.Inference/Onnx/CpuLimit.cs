using System.Globalization;

namespace Slipway.Inference.Onnx;

/// <summary>
/// How many processors the container may use, from its cgroup. ONNX Runtime's own default is the host's count, whatever the container's limit.
/// </summary>
internal static class CpuLimit
{
    /// <summary>The limit in whole processors, at least 1; those that the process may use when there is none.</summary>
    public static int Processors() => Processors("/sys/fs/cgroup", "/proc/self/cgroup");

    internal static int Processors(string root, string membership)
    {
        var limit = double.PositiveInfinity;
        foreach (var line in Lines(membership))
        {
            // 0::/path for version 2; 4:cpu,cpuacct:/path for version 1.
            var parts = line.Split(':', 3);
            if (parts.Length < 3)
            {
                continue;
            }

            if (parts[0] == "0" && parts[1].Length == 0)
            {
                limit = Math.Min(limit, Smallest(root, parts[2], Version2));
            }
            else if (parts[1].Split(',').Contains("cpu"))
            {
                limit = Math.Min(limit, Smallest(Path.Combine(root, "cpu"), parts[2], Version1));
                limit = Math.Min(limit, Smallest(Path.Combine(root, parts[1]), parts[2], Version1));
            }
        }

        return (int)Math.Clamp(limit, 1, Environment.ProcessorCount);
    }

    // A limit anywhere above holds as well. Inside a container the path may be the host's and missing here: then the root is the container's own.
    private static double Smallest(string root, string path, Func<string, double> read)
    {
        var limit = read(root);
        var folder = root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            folder = Path.Combine(folder, part);
            limit = Math.Min(limit, read(folder));
        }

        return limit;
    }

    private static double Version2(string folder) =>
        Lines(Path.Combine(folder, "cpu.max")).FirstOrDefault()?.Split(' ') is [var quota, var period] ? Ratio(quota, period) : double.PositiveInfinity;

    private static double Version1(string folder) =>
        Ratio(Lines(Path.Combine(folder, "cpu.cfs_quota_us")).FirstOrDefault(), Lines(Path.Combine(folder, "cpu.cfs_period_us")).FirstOrDefault());

    // "max" and −1 are no limit.
    private static double Ratio(string? quota, string? period) =>
        long.TryParse(quota, CultureInfo.InvariantCulture, out var micros) && micros > 0 && long.TryParse(period, CultureInfo.InvariantCulture, out var of) && of > 0
            ? (double)micros / of
            : double.PositiveInfinity;

    private static string[] Lines(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllLines(path) : [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A file system that hides its limits has none that can be kept.
            return [];
        }
    }
}
