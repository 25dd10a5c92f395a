using System.Text;
using LibGit2Sharp;

namespace Slipway.Retraining.Pipelines;

/// <summary>What was changed below a project's folder since the commit that it stands on, as a patch; of new files only the names, since they may hold anything.</summary>
internal static class GitDiff
{
    /// <summary>The longest patch, in characters.</summary>
    public const int MostCharacters = 1_000_000;

    private const int MostFiles = 1000;
    private const long MostFileBytes = 4 << 20;

    /// <summary>The patch; null where nothing was changed, outside a repository, and where git cannot be asked.</summary>
    public static string? Find(string folder)
    {
        try
        {
            if (Repository.Discover(folder) is not { } path)
            {
                return null;
            }

            using var repository = new Repository(path);
            return repository.Head.Tip is { } tip && repository.Info.WorkingDirectory is { } top ? Read(repository, tip, top, folder) : null;
        }
        catch (LibGit2SharpException)
        {
            return null;
        }
    }

    private static string? Read(Repository repository, Commit tip, string top, string folder)
    {
        var below = Path.GetRelativePath(top, folder).Replace('\\', '/');
        var options = new StatusOptions { PathSpec = below == "." ? [] : [below], DisablePathSpecMatch = true, DetectRenamesInIndex = false, DetectRenamesInWorkDir = false };
        var text = new StringBuilder();
        var files = 0;
        foreach (var entry in repository.RetrieveStatus(options).Where(entry => entry.State is not (FileStatus.Ignored or FileStatus.Unaltered)))
        {
            if (++files > MostFiles || text.Length >= MostCharacters)
            {
                text.Append("# … and more, which this record leaves out\n");
                break;
            }

            text.Append(Patch(repository, tip, top, entry));
        }

        return text.Length == 0 ? null : text.Length <= MostCharacters ? text.ToString() : $"{text.ToString(0, MostCharacters)}\n# … cut at {MostCharacters} characters\n";
    }

    private static string Patch(Repository repository, Commit tip, string top, StatusEntry entry)
    {
        if (entry.State.HasFlag(FileStatus.NewInWorkdir))
        {
            return $"# new, not in git: {entry.FilePath}\n";
        }

        // Both sides are read whole to be compared.
        var file = new FileInfo(Path.Combine(top, entry.FilePath));
        if (file.Exists && file.Length > MostFileBytes)
        {
            return $"# changed, too large to show: {entry.FilePath}\n";
        }

        return repository.Diff.Compare<Patch>(tip.Tree, DiffTargets.Index | DiffTargets.WorkingDirectory, [entry.FilePath], new ExplicitPathsOptions(), new CompareOptions()).Content;
    }
}
