using Slipway.Core.Errors;

namespace Slipway.Storage.Files;

/// <summary>Turns what the operating system says about a disk into one clear sentence.</summary>
public static class DiskErrors
{
    private const int NoSpace = 28; // ENOSPC: on Unix the errno is an IOException's HResult.
    private const int OverQuota = 122; // EDQUOT
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>True when the disk, or the user's share of it, is full.</summary>
    public static bool IsFull(Exception error) => error is IOException { HResult: NoSpace or OverQuota or WindowsDiskFull };

    /// <summary>True when the disk below <paramref name="path"/> has no room for even a few pages: some programs report a full disk as a plain I/O error.</summary>
    internal static bool HasNoRoom(string path)
    {
        try
        {
            return new DriveInfo(path).AvailableFreeSpace < 64 * 1024;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return false;
        }
    }

    internal static SlipwayException Full(string path, Exception cause) => new(
        ErrorKind.Unavailable, $"The disk that holds {path} is full. Nothing was kept of this write; free some space and try again.", cause);

    internal static SlipwayException Translate(Exception error, string path) => IsFull(error)
        ? Full(path, error)
        : new SlipwayException(ErrorKind.Unavailable, $"{path} could not be written: {error.Message} Check the disk and the rights of the data folder, then try again.", error);

    /// <summary>Runs <paramref name="write"/>, with its disk errors as sentences.</summary>
    internal static T Guard<T>(string path, Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Translate(e, path);
        }
    }

    /// <inheritdoc cref="Guard{T}"/>
    internal static void Guard(string path, Action write) => Guard(path, () =>
    {
        write();
        return true;
    });
}
