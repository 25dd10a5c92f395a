using Slipway.Core.Errors;
using Slipway.Storage.Files;

namespace Slipway.Storage;

/// <summary>The folder that holds everything Slipway keeps, readable by its owner only (0700).</summary>
public sealed class DataFolder(string path)
{
    /// <summary>The full path.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    private string Work => System.IO.Path.Combine(Path, "work");

    /// <summary>
    /// A new, empty folder inside the data folder for half-finished work, on the same file system as the blobs. Whoever takes it deletes it; one that a killed process left is
    /// deleted at the next start.
    /// </summary>
    /// <param name="purpose">A word of letters, digits and <c>-</c> that says what for; it becomes part of the folder's name.</param>
    public WorkFolder CreateWorkFolder(string purpose)
    {
        if (purpose.Length is 0 or > 64 || purpose.Any(c => !char.IsAsciiLetterOrDigit(c) && c != '-'))
        {
            throw new ArgumentException($"A work folder's purpose is up to 64 letters, digits and '-', not '{purpose}'.", nameof(purpose));
        }

        var folder = NewWorkPath(purpose);
        DiskErrors.Guard(folder, () => CreateFolder("work", System.IO.Path.GetFileName(folder)));
        return new WorkFolder(folder);
    }

    /// <summary>A path for a file or folder that does not exist yet, on the same file system as everything else here.</summary>
    internal string NewWorkPath(string purpose) => System.IO.Path.Combine(Work, $"{purpose}-{Guid.NewGuid():N}");

    /// <summary>The full path of a file or folder in here.</summary>
    public string Of(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>Creates a folder in here, each level with mode 0700 and, where it is new, with a durable name.</summary>
    public string CreateFolder(params ReadOnlySpan<string> parts)
    {
        var folder = Path;
        foreach (var part in parts)
        {
            var parent = folder;
            folder = System.IO.Path.Combine(folder, part);
            var isNew = !Directory.Exists(folder);
            PrivateFiles.CreateFolder(folder);
            if (isNew)
            {
                Posix.SyncFolder(parent);
            }
        }

        return folder;
    }

    /// <summary>Creates the folder, or takes it over, closed to everybody else.</summary>
    internal void Create()
    {
        if (File.Exists(Path))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"The data folder {Path} is a file. Name a folder with --data.");
        }

        try
        {
            var isNew = !Directory.Exists(Path);
            PrivateFiles.CreateFolder(Path);
            if (isNew)
            {
                Posix.SyncFolder(System.IO.Path.GetDirectoryName(Path)!);
            }

            CreateFolder("work");
            CreateFolder("blobs", "sha256");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !DiskErrors.IsFull(e))
        {
            throw NotWritable(e);
        }
        catch (IOException e)
        {
            throw DiskErrors.Translate(e, Path);
        }
    }

    /// <summary>
    /// Keeps the folder out of git: in a project's folder, where it lies by default, it would make every version's commit "+dirty", and be committed by mistake.
    /// Only the holder of the folder's lock may.
    /// </summary>
    internal void HideFromGit() => DiskErrors.Guard(Path, () =>
    {
        var file = Of(".gitignore");
        if (!File.Exists(file))
        {
            using var stream = PrivateFiles.CreateFile(file);
            stream.Write("*\n"u8);
        }
    });

    /// <summary>Deletes what a killed process left half-finished. Only the holder of the folder's lock may.</summary>
    internal void RemoveLeftovers()
    {
        foreach (var leftover in new DirectoryInfo(Work).EnumerateFileSystemInfos())
        {
            try
            {
                PrivateFiles.Delete(leftover);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new SlipwayException(
                    ErrorKind.InvalidInput, $"The leftover {leftover.FullName} of an interrupted run cannot be deleted: {e.Message} Delete it by hand.", e);
            }
        }
    }

    internal SlipwayException NotWritable(Exception reason) => new(
        ErrorKind.InvalidInput,
        $"The data folder {Path} cannot be written: {reason.Message} Give this user the right to it, or name another folder with --data.",
        reason);
}

/// <summary>A folder that goes when it is disposed.</summary>
public sealed class WorkFolder(string path) : IDisposable
{
    /// <summary>The full path.</summary>
    public string Path => path;

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            PrivateFiles.Delete(new DirectoryInfo(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Dispose runs while another error is on its way, and must not hide it. The next start deletes what is left, and says so when it cannot.
        }
    }
}
