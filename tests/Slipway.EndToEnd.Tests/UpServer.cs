using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary><c>slipway up</c> on free ports, in a folder of its own that goes with it.</summary>
internal sealed class UpServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private UpServer(Process process, Task<string> errors, Task stopping, string folder, JsonObject ready)
    {
        _process = process;
        _errors = errors;
        Stopping = stopping;
        Folder = folder;
        Http = new HttpClient { BaseAddress = new Uri((string)ready["http"]!) };
        Grpc = (string)ready["grpc"]!;
        Pid = (int)ready["pid"]!;
    }

    public string Folder { get; }

    public HttpClient Http { get; }

    public string Grpc { get; }

    public int Pid { get; }

    /// <summary>Completes when the server has said that it stops.</summary>
    public Task Stopping { get; }

    public string Address => Http.BaseAddress!.ToString();

    public static async Task<UpServer> StartAsync(string folder, CancellationToken cancellationToken, params string[] more)
    {
        var process = Slip.Start(folder, ["up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--json", .. more]);
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var errors = ReadErrorsAsync(process.StandardError, stopping);
        var ready = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"slipway up ended: {await errors}");
        return new UpServer(process, errors, stopping.Task, folder, JsonNode.Parse(ready)!.AsObject());
    }

    /// <summary>Runs a verb against this server.</summary>
    public Task<SlipResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string? folder = null) =>
        Slip.RunAsync(folder ?? Folder, arguments, cancellationToken, new Dictionary<string, string?> { ["SLIPWAY_SERVER"] = Address });

    /// <summary>SIGTERM, as a service manager sends it; returns the exit code and what was written to standard error.</summary>
    public async Task<(int ExitCode, string Errors)> StopAsync(CancellationToken cancellationToken, string signal = "TERM")
    {
        await Slip.SignalAsync(Pid, signal, cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        return (_process.ExitCode, await _errors);
    }

    /// <summary>SIGKILL: what a power cut leaves.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private static async Task<string> ReadErrorsAsync(StreamReader errors, TaskCompletionSource stopping)
    {
        var text = new StringBuilder();
        while (await errors.ReadLineAsync() is { } line)
        {
            text.AppendLine(line);
            if (line.StartsWith("Stopping", StringComparison.Ordinal))
            {
                stopping.TrySetResult();
            }
        }

        return text.ToString();
    }
}
