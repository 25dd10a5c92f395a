using System.Runtime.Versioning;

namespace Slipway.Storage.Files;

/// <summary>Files and folders that only their owner can open, whatever the process's umask is.</summary>
public static class PrivateFiles
{
    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Creates a folder with mode 0700; an existing one gets that mode. Parents that are missing are created as the system usually does.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, OwnerFolder);

        // An existing folder keeps its mode in CreateDirectory, and a umask may have taken bits away from a new one.
        if (File.GetUnixFileMode(path) != OwnerFolder)
        {
            File.SetUnixFileMode(path, OwnerFolder);
        }
    }

    /// <summary>Writes a small file with mode 0600.</summary>
    public static void WriteText(string path, string text)
    {
        using var writer = new StreamWriter(new FileStream(path, Options(FileMode.Create, FileShare.Read)));
        writer.Write(text);
    }

    /// <summary>Opens a new file with mode 0600; one that exists already is an error.</summary>
    public static FileStream CreateFile(string path) => new(path, Options(FileMode.CreateNew, FileShare.None));

    /// <summary>Opens a new file with mode 0600 that others may read while it is written; one that exists already is an error.</summary>
    public static FileStream CreateReadableFile(string path) => new(path, Options(FileMode.CreateNew, FileShare.Read | FileShare.Delete));

    /// <summary>Makes the names in a folder durable: a renamed file survives a power loss only after this.</summary>
    public static void SyncFolder(string path) => Posix.SyncFolder(path);

    /// <summary>
    /// Makes everything durable that was written to the file system of <paramref name="path"/>, which costs less than flushing thousands of small files one by one; false where the system cannot.
    /// </summary>
    public static bool TrySyncFileSystem(string path) => OperatingSystem.IsLinux() && Posix.TrySyncFileSystem(path);

    /// <summary>Opens a file that nobody else may open meanwhile, creating it with mode 0600.</summary>
    public static FileStream OpenExclusive(string path) => new(path, Options(FileMode.OpenOrCreate, FileShare.None));

    /// <summary>Takes the right to write a file from everybody (0400).</summary>
    public static void MakeReadOnly(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.SetAttributes(path, FileAttributes.ReadOnly);
            return;
        }

        File.SetUnixFileMode(path, UnixFileMode.UserRead);
    }

    /// <summary>Deletes a file that <see cref="MakeReadOnly"/> closed.</summary>
    internal static void DeleteReadOnly(FileInfo file)
    {
        if (OperatingSystem.IsWindows())
        {
            file.Attributes = FileAttributes.Normal;
        }

        file.Delete();
    }

    /// <summary>Deletes a file, a link, or a folder with all it holds. What is gone already is no error.</summary>
    public static void Delete(FileSystemInfo entry)
    {
        if (entry is not DirectoryInfo folder || folder.LinkTarget is not null)
        {
            entry.Delete();
            return;
        }

        if (!folder.Exists)
        {
            return;
        }

        if (!OperatingSystem.IsWindows())
        {
            OpenUp(folder);
        }

        folder.Delete(recursive: true);
    }

    // A program that ran in a work folder may have closed a folder in it, and a closed folder cannot be emptied.
    [UnsupportedOSPlatform("windows")]
    private static void OpenUp(DirectoryInfo folder)
    {
        if ((folder.UnixFileMode & OwnerFolder) != OwnerFolder)
        {
            folder.UnixFileMode |= OwnerFolder;
        }

        foreach (var inner in folder.EnumerateDirectories().Where(d => d.LinkTarget is null))
        {
            OpenUp(inner);
        }
    }

    private static FileStreamOptions Options(FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        return options;
    }
}
