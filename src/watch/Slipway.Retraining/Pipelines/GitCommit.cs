using LibGit2Sharp;

namespace Slipway.Retraining.Pipelines;

/// <summary>The commit that a project's folder stands on.</summary>
internal static class GitCommit
{
    /// <summary>The commit's hash, with <c>+dirty</c> when something below <paramref name="folder"/> was changed or added since; null outside a repository.</summary>
    public static string? Find(string folder)
    {
        // A repository that cannot be read (another owner, an unknown format) says nothing about the model: lineage then has no commit.
        try
        {
            if (Repository.Discover(folder) is not { } path)
            {
                return null;
            }

            using var repository = new Repository(path);
            if (repository.Head.Tip is not { } tip || repository.Info.WorkingDirectory is not { } top)
            {
                return null;
            }

            // The folder's name is a name, not a pattern: brackets and stars in it stand for themselves.
            var below = Path.GetRelativePath(top, folder).Replace('\\', '/');
            var options = new StatusOptions { PathSpec = below == "." ? [] : [below], DisablePathSpecMatch = true, DetectRenamesInIndex = false, DetectRenamesInWorkDir = false };
            return repository.RetrieveStatus(options).IsDirty ? $"{tip.Sha}+dirty" : tip.Sha;
        }
        catch (LibGit2SharpException)
        {
            return null;
        }
    }
}
