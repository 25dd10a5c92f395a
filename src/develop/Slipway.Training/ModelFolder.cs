using Slipway.Core.Errors;

namespace Slipway.Training;

/// <summary>The folder that a training fills: completely, or not at all.</summary>
internal sealed class ModelFolder
{
    // ENOSPC and EDQUOT on Linux; on Windows ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL.
    private static readonly int[] FullCodes = OperatingSystem.IsWindows() ? [unchecked((int)0x80070070), unchecked((int)0x80070027)] : [28, 122];

    public ModelFolder(string path)
    {
        // Whatever is in the folder goes when the training fails, so it must not be anybody's.
        if (!Directory.Exists(path) || Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw new ArgumentException($"The output folder {path} must exist and be empty.", nameof(path));
        }

        Path = path;
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>Runs <paramref name="fill"/>; when it throws, nothing is left in the folder.</summary>
    public async Task<T> FillAsync<T>(Func<Task<T>> fill)
    {
        try
        {
            return await fill();
        }
        catch (Exception e)
        {
            Clear();
            if (e is IOException or UnauthorizedAccessException)
            {
                throw Translate(e);
            }

            throw;
        }
    }

    /// <summary>Writes one file.</summary>
    public async Task WriteAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(System.IO.Path.Combine(Path, name), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        await file.WriteAsync(content, cancellationToken);
    }

    private void Clear()
    {
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos())
        {
            // A link is removed, never followed.
            if (entry is DirectoryInfo { LinkTarget: null } folder)
            {
                folder.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    private SlipwayException Translate(Exception e) => new(
        ErrorKind.Unavailable,
        FullCodes.Contains(e.HResult)
            ? $"The disk is full: the model could not be written to {Path}. Free some space and train again."
            : $"The model could not be written to {Path}: {e.Message.ReplaceLineEndings(" ").Trim()}",
        e);
}
