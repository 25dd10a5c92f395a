using System.Runtime.InteropServices;

namespace Slipway.Monitoring.Log.Parquet;

/// <summary>Runs work for which nobody waits on a thread of its own that gives way to requests: on a busy processor it gets a tenth, on an idle one all of it.</summary>
internal static partial class BackgroundThread
{
    private const int OfThread = 0;

    // Each step is a factor of 1.25, so that this is a tenth of a thread at 0.
    private const int Nice = 10;

    /// <summary>Runs the work to its end there.</summary>
    public static Task RunAsync(string name, Action work)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                GiveWay();
                work();
                done.SetResult();
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        })
        { IsBackground = true, Name = name, Priority = ThreadPriority.BelowNormal };
        thread.Start();
        return done.Task;
    }

    // .NET's priorities do nothing on Linux, where the number 0 stands for the calling thread.
    private static void GiveWay()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfThread, 0, Nice);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority")]
    private static partial int SetPriority(int which, uint who, int priority);
}
