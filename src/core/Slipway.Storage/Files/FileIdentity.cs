using System.Runtime.InteropServices;

namespace Slipway.Storage.Files;

/// <summary>
/// Which file this is, and how it was when it was last changed. Two equal ones are the same content: whoever writes to a file, replaces it, or sets its times back moves <see cref="Changed"/>,
/// which the kernel keeps and nobody can set.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file in it.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Changed">When content, name or mode last changed, in nanoseconds since 1970.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Inode, ulong Size, long Changed)
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicFacts = 0x7ff; // STATX_BASIC_STATS

    // The kernel keeps the time of a change in steps, of some milliseconds here and up to a second on some file servers: within a step, a second change would leave no trace.
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    /// <summary>The identity of a file that has not just been changed; null for one that has, and where the system tells none.</summary>
    public static FileIdentity? Find(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        // The kernel's own layout (statx(2)), the same on every architecture.
        Span<byte> facts = stackalloc byte[256];
        if (StatX(CurrentFolder, path, 0, BasicFacts, facts) != 0)
        {
            return null;
        }

        var changed = (MemoryMarshal.Read<long>(facts[96..]) * 1_000_000_000) + MemoryMarshal.Read<uint>(facts[104..]);
        var identity = new FileIdentity(MemoryMarshal.Read<ulong>(facts[136..]), MemoryMarshal.Read<ulong>(facts[32..]), MemoryMarshal.Read<ulong>(facts[40..]), changed);

        // The system's clock is what the kernel stamps files with, whatever clock the rest of the program is given.
        var now = TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch;
        return now - TimeSpan.FromTicks(changed / TimeSpan.NanosecondsPerTick) > Settled ? identity : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, Span<byte> facts);
}
