using Slipway.Core.Errors;

namespace Slipway.Retraining;

/// <summary>Settings of projects and pipelines.</summary>
/// <param name="ProjectRoots">Folders below which projects may lie; null allows any folder of this machine (the default while the server listens on the loopback only).</param>
public sealed record RetrainingOptions(IReadOnlyList<string>? ProjectRoots)
{
    /// <summary>Runs of different models that may be under way at once.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Runs that may wait; one more is refused, so that a loop that applies for ever cannot fill the memory.</summary>
    public int QueueLength { get; init; } = 64;

    /// <summary>How often schedules and numbers of labels are looked at, by the server's clock; alerts are taken as they fire.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Returns the full path of a project's folder, or throws <see cref="ErrorKind.InvalidInput"/> or <see cref="ErrorKind.Forbidden"/>.</summary>
    internal string CheckFolder(string folder)
    {
        if (!Path.IsPathFullyQualified(folder) || !Directory.Exists(folder))
        {
            throw new SlipwayException(
                ErrorKind.InvalidInput, $"The project's folder '{folder}' is not a folder on the server's machine. Give the full path of one that is.");
        }

        var real = RealPath(folder);
        if (ProjectRoots is null || ProjectRoots.Any(root => IsBelow(real, RealPath(root))))
        {
            return real;
        }

        throw new SlipwayException(ErrorKind.Forbidden, ProjectRoots.Count == 0
            ? $"This server reads no projects from its disk, so not '{folder}' either. Name the folders that it may read with `projects.roots`."
            : $"The project's folder '{folder}' is outside the folders that this server reads projects from ({string.Join(", ", ProjectRoots)}). Move it there, or extend `projects.roots`.");
    }

    // Part by part, since the runtime resolves a path's last part only, and a link in its middle leads out just as well.
    private static string RealPath(string folder)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        if (Path.GetDirectoryName(full) is not { } parent)
        {
            return full;
        }

        var here = Path.Combine(RealPath(parent), Path.GetFileName(full));
        return new DirectoryInfo(here).ResolveLinkTarget(returnFinalTarget: true) is { } target ? RealPath(target.FullName) : here;
    }

    private static bool IsBelow(string folder, string root) =>
        (folder + Path.DirectorySeparatorChar).StartsWith(root.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
