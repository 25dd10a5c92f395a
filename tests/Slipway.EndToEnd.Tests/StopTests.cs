using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Slipway.EndToEnd.Tests;

/// <summary>Ctrl+C and SIGTERM: the program ends by itself, soon, and whoever waits for an answer gets it.</summary>
public sealed class StopTests
{
    // A machine under load may take its time; a server that waits for its drain limit (30 s) does not pass.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Up_ends_well(string signal)
    {
        using var folder = new TemporaryFolder();
        await using var server = await UpServer.StartAsync(folder.Path, Cancel);

        // A connection that is kept alive and asks for nothing holds nobody up.
        using var response = await server.Http.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
        response.EnsureSuccessStatusCode();
        var (exitCode, errors) = await server.StopAsync(Cancel, signal).WaitAsync(Soon, Cancel);

        Assert.True(exitCode == 0, errors);
        Assert.Contains("Stopping", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_verb_that_is_interrupted_says_so_and_the_server_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using var server = await UpServer.StartAsync(folder.Path, Cancel);
        await SmallProject.WriteAsync(folder, "slow", Cancel);
        var yaml = await File.ReadAllTextAsync(folder.File("slipway.yaml"), Cancel);
        await File.WriteAllTextAsync(folder.File("slipway.yaml"), yaml.Replace("parameters: { rounds: 5 }", "command: [sleep, '1000']", StringComparison.Ordinal), Cancel);
        using var apply = Slip.Start(folder.Path, ["apply", "--server", server.Address]);
        var errors = apply.StandardError.ReadToEndAsync(Cancel);

        // The first stage has ended, so the second, which takes for ever, has begun.
        Assert.StartsWith("data", await apply.StandardOutput.ReadLineAsync(Cancel), StringComparison.Ordinal);
        await Slip.SignalAsync(apply.Id, "INT", Cancel);
        await apply.WaitForExitAsync(Cancel).WaitAsync(Soon, Cancel);

        Assert.Equal(130, apply.ExitCode);
        Assert.StartsWith("The run of slow goes on at the server", (await errors).Trim());
        Assert.Equal(0, (await server.RunAsync(["status"], Cancel)).ExitCode);
        Assert.Equal(0, (await server.StopAsync(Cancel).WaitAsync(Soon, Cancel)).ExitCode);
    }

    [Fact]
    public async Task A_request_in_flight_is_answered_before_the_server_ends()
    {
        using var folder = new TemporaryFolder();
        await using var server = await UpServer.StartAsync(folder.Path, Cancel);
        await SmallProject.WriteAsync(folder, "small", Cancel);
        var applied = await server.RunAsync(["apply"], Cancel);
        Assert.True(applied.ExitCode == 0, applied.Errors);
        var body = SmallProject.Request;
        using var client = new TcpClient();
        await client.ConnectAsync(server.Http.BaseAddress!.Host, server.Http.BaseAddress.Port, Cancel);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, leaveOpen: true);
        await WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"POST /v2/models/small/infer HTTP/1.1\r\nHost: {server.Http.BaseAddress.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"));

        // The server asks for the body: the request is in flight.
        Assert.Equal("HTTP/1.1 100 Continue", await reader.ReadLineAsync(Cancel));
        Assert.Equal("", await reader.ReadLineAsync(Cancel));
        await WriteAsync(body[..40]);
        var stopped = server.StopAsync(Cancel);
        await server.Stopping.WaitAsync(Soon, Cancel);
        Assert.False(stopped.IsCompleted);
        await WriteAsync(body[40..]);
        var answer = await reader.ReadToEndAsync(Cancel);

        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.Contains("\"model_version\":\"1.0.0\"", answer, StringComparison.Ordinal);
        Assert.Equal(0, (await stopped.WaitAsync(Soon, Cancel)).ExitCode);

        async Task WriteAsync(string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Cancel);
    }
}
