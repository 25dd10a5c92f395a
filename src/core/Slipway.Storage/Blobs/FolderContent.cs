using Slipway.Core.Errors;

namespace Slipway.Storage.Blobs;

/// <summary>Lists the files of a folder that somebody brings, and refuses what would reach outside it.</summary>
internal static class FolderContent
{
    /// <summary>Relative path with <c>/</c> and the file to read, sorted by path (ordinal). All is checked before anything is read.</summary>
    public static IReadOnlyList<(string Path, string Source)> List(string folder)
    {
        var root = new DirectoryInfo(folder);
        if (!root.Exists)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The folder {folder} does not exist.");
        }

        var real = (root.ResolveLinkTarget(returnFinalTarget: true) ?? root).FullName;
        var files = new List<(string Path, string Source)>();
        Add(new DirectoryInfo(real), "", real, files);
        if (files.Count == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The folder {folder} holds no files. Put the model's files in it first.");
        }

        files.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path));
        return files;
    }

    private static void Add(DirectoryInfo folder, string prefix, string root, List<(string Path, string Source)> files)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            var path = prefix + entry.Name;
            if (entry is DirectoryInfo inner)
            {
                if (inner.LinkTarget is not null)
                {
                    throw new SlipwayException(ErrorKind.InvalidInput, $"{inner.FullName} is a link to a folder, which an artifact cannot hold. Replace it by the folder itself.");
                }

                Add(inner, $"{path}/", root, files);
                continue;
            }

            ArtifactManifest.CheckPath(path);
            files.Add((path, Resolve((FileInfo)entry, root)));
            if (files.Count > ArtifactManifest.MostFiles)
            {
                throw new SlipwayException(ErrorKind.TooLarge, $"{root} holds more than {ArtifactManifest.MostFiles} files, the most that an artifact may have.");
            }
        }
    }

    // Links to folders are refused, so a target that lies inside by its text lies inside for real.
    private static string Resolve(FileInfo file, string root)
    {
        if (file.LinkTarget is null)
        {
            return file.FullName;
        }

        return file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo { Exists: true } target
            && target.FullName.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? target.FullName
            : throw new SlipwayException(ErrorKind.InvalidInput, $"{file.FullName} is a link that leaves the folder {root}. Replace it by a copy of the file.");
    }
}
