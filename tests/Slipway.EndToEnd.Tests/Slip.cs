using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary>Runs the program as a user does, through the launcher, and says what it wrote.</summary>
internal static class Slip
{
    /// <summary>Runs one verb to its end.</summary>
    public static async Task<SlipResult> RunAsync(
        string folder, IReadOnlyList<string> arguments, CancellationToken cancellationToken, IReadOnlyDictionary<string, string?>? environment = null, string? input = null)
    {
        using var process = Start(folder, arguments, environment, redirectInput: input is not null);
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

    public static Process Start(string folder, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, bool redirectInput = false)
    {
        var start = new ProcessStartInfo(Repository.Launcher, arguments)
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
