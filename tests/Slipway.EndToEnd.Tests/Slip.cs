using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary>Runs the program as a user does, through the launcher, and says what it wrote.</summary>
internal static class Slip
{
    /// <summary>Runs one verb to its end.</summary>
    public static Task<SlipResult> RunAsync(
        string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? environment = null, string? input = null) =>
        RunProgramAsync(Repository.Launcher, folder, arguments, cancellationToken, environment, input);

    /// <summary>Runs any program to its end.</summary>
    public static async Task<SlipResult> RunProgramAsync(
        string program,
        string folder,
        IReadOnlyList<string> arguments,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? input = null)
    {
        using var process = Start(program, folder, arguments, environment, redirectInput: input is not null);
        if (input is not null)
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }

        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new SlipResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts a verb and leaves it running, as at a terminal: a shell ignores Ctrl+C for what it runs in the background, and the tests may be that.</summary>
    public static Process Start(string folder, IReadOnlyList<string> arguments) =>
        Start("env", folder, ["--default-signal=INT", Repository.Launcher, .. arguments], environment: null, redirectInput: false);

    /// <summary>Sends a signal, as a terminal or a service manager does.</summary>
    public static async Task SignalAsync(int pid, string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    private static Process Start(string program, string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment, bool redirectInput)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = redirectInput,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}

/// <summary>What a verb wrote, and its exit code.</summary>
internal sealed record SlipResult(int ExitCode, string Output, string Errors)
{
    /// <summary>The last line of standard output as JSON: what <c>--json</c> promises.</summary>
    public JsonObject Json => JsonNode.Parse(Output.TrimEnd().Split('\n')[^1])!.AsObject();
}
