using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary><c>slipway up</c> on free ports, in a folder of its own that goes with it.</summary>
internal sealed class UpServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private UpServer(Process process, Task<string> errors, string folder, JsonObject ready)
    {
        _process = process;
        _errors = errors;
        Folder = folder;
        Http = new HttpClient { BaseAddress = new Uri((string)ready["http"]!) };
        Grpc = (string)ready["grpc"]!;
        Pid = (int)ready["pid"]!;
    }

    public string Folder { get; }

    public HttpClient Http { get; }

    public string Grpc { get; }

    public int Pid { get; }

    public string Address => Http.BaseAddress!.ToString();

    public static async Task<UpServer> StartAsync(string folder, CancellationToken cancellationToken, params string[] more)
    {
        var process = Slip.Start(folder, ["up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--json", .. more]);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var ready = await process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException($"slipway up ended: {await errors}");
        return new UpServer(process, errors, folder, JsonNode.Parse(ready)!.AsObject());
    }

    /// <summary>Runs a verb against this server.</summary>
    public Task<SlipResult> RunAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string? folder = null) =>
        Slip.RunAsync(folder ?? Folder, arguments, cancellationToken, new Dictionary<string, string?> { ["SLIPWAY_SERVER"] = Address });

    /// <summary>SIGTERM, as a service manager sends it; returns the exit code and what was written to standard error.</summary>
    public async Task<(int ExitCode, string Errors)> StopAsync(CancellationToken cancellationToken)
    {
        await SignalAsync("TERM", cancellationToken);
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

    private async Task SignalAsync(string signal, CancellationToken cancellationToken)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Pid}"]);
        await kill.WaitForExitAsync(cancellationToken);
    }
}
