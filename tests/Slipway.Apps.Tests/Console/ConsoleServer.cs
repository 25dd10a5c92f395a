using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Apps.Tests.Console;

[assembly: AssemblyFixture(typeof(ConsoleServer))]

namespace Slipway.Apps.Tests.Console;

/// <summary>The built program with a small project that was applied, and a browser to look at its console with.</summary>
public sealed class ConsoleServer : IAsyncLifetime
{
    /// <summary>The project that the pages show.</summary>
    public const string Model = "harbour-fees";

    private const string Yaml = $$"""
        model: {{Model}}
        description: What a ship pays, by its length & flag <b>bold</b>.
        owner: harbour
        data:
          sql: select * from 'fees.csv'
          label: fee
        train:
          task: regression
          parameters: { rounds: 20, threads: 1 }
          search: { trials: 4, num_leaves: [4, 31] }
        validate:
          performance: { rmse: "<= 1000" }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("slipway-console-").FullName;
    private readonly Lazy<Task<Process>> _server;
    private readonly Lazy<Task<Chromium>> _browser = new(Chromium.StartAsync);
    private Uri? _address;

    public ConsoleServer() => _server = new Lazy<Task<Process>>(StartAsync);

    /// <summary>The browser; first of all, since without one the tests are skipped and no server is needed.</summary>
    public Task<Chromium> BrowserAsync() => _browser.Value;

    /// <summary>The server's address. It starts with the first test that asks for it.</summary>
    public async Task<Uri> AddressAsync()
    {
        await _server.Value;
        return _address!;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_browser is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _browser.Value).DisposeAsync();
        }

        if (_server is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            using var server = await _server.Value;
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    private async Task<Process> StartAsync()
    {
        var rows = new StringBuilder("length,flag,fee\n");
        for (var i = 0; i < 600; i++)
        {
            rows.Append(CultureInfo.InvariantCulture, $"{20 + (i * 37 % 280)},{(i % 3 == 0 ? "it's" : "other")},{(20 + (i * 37 % 280)) * 3.5}\n");
        }

        await File.WriteAllTextAsync(Path.Combine(_folder, "fees.csv"), rows.ToString());
        await File.WriteAllTextAsync(Path.Combine(_folder, "slipway.yaml"), Yaml);

        var server = Run("up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--json");
        var errors = server.StandardError.ReadToEndAsync();
        var ready = await server.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"slipway up ended: {await errors}");
        _address = new Uri((string)JsonNode.Parse(ready)!["http"]!);

        using var apply = Run("apply", "--server", _address.ToString());
        var output = apply.StandardOutput.ReadToEndAsync();
        var mistakes = apply.StandardError.ReadToEndAsync();
        await apply.WaitForExitAsync();
        return apply.ExitCode == 0 ? server : throw new InvalidOperationException($"slipway apply failed: {await output}{await mistakes}");
    }

    private Process Run(params string[] arguments)
    {
        // artifacts/bin/Slipway.Apps.Tests/release → artifacts/bin/Slipway/release/slipway
        var tests = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = Path.Combine(tests.Parent!.Parent!.FullName, "Slipway", tests.Name, "slipway");
        return Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
    }
}
