using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Slipway.Core.Errors;

namespace Slipway.Training.Commands;

/// <summary>Runs a program without a shell, with nothing of the server's environment, until it ends or its time is up.</summary>
internal static class CommandProcess
{
    // A grandchild that outlives the program may hold its output open for ever.
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the program ended with 0.</summary>
    /// <exception cref="SlipwayException">The program is not there, failed, or took too long; the message ends with its last lines.</exception>
    public static async Task RunAsync(
        IReadOnlyList<string> command, string folder, IReadOnlyDictionary<string, string> environment, TimeSpan timeout, TimeProvider clock, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Resolve(command[0], folder, environment["PATH"]), command.Skip(1))
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Start(start, command[0]);
        process.StandardInput.Close();
        var tail = new OutputTail();
        var reading = Task.WhenAll(tail.ReadAsync(process.StandardOutput), tail.ReadAsync(process.StandardError));

        using var timer = new CancellationTokenSource(timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await process.WaitForExitAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            throw new SlipwayException(
                ErrorKind.Timeout,
                string.Create(CultureInfo.InvariantCulture, $"train.command was stopped after {timeout.TotalSeconds:0.##} seconds, the time it is allowed. Make it faster or allow it more.{tail.Last()}"));
        }

        await Task.WhenAny(reading, Task.Delay(OutputGrace, clock, cancellationToken));
        if (process.ExitCode != 0)
        {
            throw new SlipwayException(ErrorKind.Failed, $"train.command failed with exit code {process.ExitCode}.{tail.Last()}");
        }
    }

    private static Process Start(ProcessStartInfo start, string program)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"train.command cannot run '{program}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }

    /// <summary>The program's full path: relative to the project's folder when it has a slash, else from the PATH. .NET would look beside the server's own program first.</summary>
    private static string Resolve(string program, string folder, string path)
    {
        IEnumerable<string> candidates = program.Contains('/', StringComparison.Ordinal)
            ? [Path.Combine(folder, program)]
            : path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(p => Path.Combine(p, program));
        return candidates.FirstOrDefault(File.Exists)
            ?? throw new SlipwayException(ErrorKind.InvalidInput, $"train.command names the program '{program}', which is not there. Install it, or correct the name.");
    }
}
