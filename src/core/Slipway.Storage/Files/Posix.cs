using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Slipway.Storage.Files;

/// <summary>What only libc can do: .NET refuses to open a folder, so it cannot fsync one, and it has no hard links.</summary>
internal static partial class Posix
{
    private const int ReadOnly = 0;
    private const int CloseOnExec = 0x80000; // O_CLOEXEC on Linux; on other systems the flag is left out.

    /// <summary>Makes the names in a folder durable: a renamed file survives a power loss only after this.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            // NTFS journals names itself, and a folder cannot be flushed there.
            return;
        }

        var descriptor = Open(path, OperatingSystem.IsLinux() ? ReadOnly | CloseOnExec : ReadOnly);
        if (descriptor < 0)
        {
            throw LastError("opened", path);
        }

        try
        {
            if (FSync(descriptor) != 0)
            {
                throw LastError("flushed", path);
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Gives a file a second name; false where the file system cannot (another device, too many links, not supported).</summary>
    [UnsupportedOSPlatform("windows")]
    public static bool TryHardLink(string existing, string name) => Link(existing, name) == 0;

    /// <summary>Flushes the whole file system that holds a folder; false when that failed.</summary>
    [SupportedOSPlatform("linux")]
    public static bool TrySyncFileSystem(string path)
    {
        var descriptor = Open(path, ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            return false;
        }

        var result = SyncFs(descriptor);
        _ = Close(descriptor);
        return result == 0;
    }

    private static IOException LastError(string verb, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"{path} cannot be {verb}: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string name);
}
