using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Storage.Files;

/// <summary>
/// Keeps a second process out of the data folder: two writers of one SQLite file would work, two owners of <c>work</c> would not. The operating system gives the lock back
/// when the process ends, however it ends.
/// </summary>
internal sealed class FolderLock(DataFolder folder) : IDisposable
{
    private FileStream? _held;

    // The holder's number stands in a file of its own, since the locked one cannot be opened by whoever wants to know.
    private string HolderPath => folder.Of("slipway.pid");

    public void Take()
    {
        if (_held is not null)
        {
            throw new InvalidOperationException("Storage is open already: OpenStorageAsync is called once.");
        }

        var path = folder.Of("slipway.lock");
        try
        {
            _held = PrivateFiles.OpenExclusive(path);
            PrivateFiles.WriteText(HolderPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (IOException e) when (_held is null && File.Exists(path) && !DiskErrors.IsFull(e) && IsSharingViolation(e))
        {
            throw new SlipwayException(
                ErrorKind.Conflict,
                $"The data folder {folder.Path} is in use by another process{Holder()}. Stop that one first, or name another folder with --data.",
                e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Dispose();
            throw DiskErrors.IsFull(e) ? DiskErrors.Full(folder.Path, e) : folder.NotWritable(e);
        }
    }

    /// <summary>Throws unless this process holds the folder.</summary>
    public void Demand()
    {
        if (_held is null)
        {
            throw new InvalidOperationException("The data folder is not locked: call OpenStorageAsync.");
        }
    }

    public void Dispose()
    {
        _held?.Dispose();
        _held = null;
    }

    // EWOULDBLOCK of flock on Linux and macOS; ERROR_SHARING_VIOLATION on Windows.
    private static bool IsSharingViolation(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    private string Holder()
    {
        try
        {
            return int.TryParse(File.ReadAllText(HolderPath), NumberStyles.None, CultureInfo.InvariantCulture, out var holder) ? $" (pid {holder})" : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The number is a courtesy; that the folder is in use is certain without it.
            return "";
        }
    }
}
