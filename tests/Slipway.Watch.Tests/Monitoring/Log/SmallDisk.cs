using System.Diagnostics;

namespace Slipway.Watch.Tests.Monitoring.Log;

/// <summary>A file system of a few megabytes, so that a full disk is a real one. Mounting needs root; elsewhere the test is skipped.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SmallDisk(string options)
    {
        if (!Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", _folder.Path))
        {
            _folder.Dispose();
            Assert.Skip("Mounting a small file system needs Linux and root.");
        }
    }

    public string Path => _folder.Path;

    public void Dispose()
    {
        Assert.True(Run("umount", Path), $"{Path} could not be unmounted.");
        _folder.Dispose();
    }

    private static bool Run(string program, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
