using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

public sealed class DoctorTests
{
    private static readonly string[] Names = [".NET", "LightGBM", "ONNX Runtime", "DuckDB", "HTTP port", "gRPC port", "data folder", "disk"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_a_clean_folder_everything_is_well_and_nothing_is_left_behind()
    {
        using var folder = new TemporaryFolder();

        var said = await Slip.RunAsync(folder.Path, ["doctor", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"], Cancel);
        var json = await Slip.RunAsync(folder.Path, ["doctor", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--json"], Cancel);

        Assert.True(said.ExitCode == 0, said.Output);
        Assert.All(Names, name => Assert.Matches($@"(?m)^ok\s+{name}", said.Output));
        Assert.Equal(0, json.ExitCode);
        Assert.True((bool)json.Json["ok"]!);
        Assert.Equal(Names, Checks(json).Select(check => (string)check["name"]!));
        Assert.All(Checks(json), check => Assert.True((bool)check["ok"]!));
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var result = await Slip.RunAsync(folder.Path, ["doctor", "--http", "127.0.0.1:0", "--grpc", $"127.0.0.1:{port}", "--json"], Cancel);

        Assert.Equal(1, result.ExitCode);
        Assert.False((bool)result.Json["ok"]!);
        var wrong = Assert.Single(Checks(result), check => !(bool)check["ok"]!);
        Assert.Equal("gRPC port", (string)wrong["name"]!);
        Assert.Contains($"{port}", (string)wrong["finding"]!, StringComparison.Ordinal);
        Assert.Contains("--grpc", (string)wrong["remedy"]!, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^WRONG\s+gRPC port", result.Errors);
    }

    [Fact]
    public async Task A_data_folder_is_well_when_its_server_is_down_and_named_while_it_is_up_or_no_folder()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "", Cancel);
        string[] doctor = ["doctor", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--json"];

        await using (var server = await UpServer.StartAsync(folder.Path, Cancel))
        {
            AssertDataIsWrong(await Slip.RunAsync(folder.Path, doctor, Cancel), "in use");
            Assert.Equal(0, (await server.StopAsync(Cancel)).ExitCode);
        }

        var down = await Slip.RunAsync(folder.Path, doctor, Cancel);
        Assert.True(down.ExitCode == 0, down.Errors);
        AssertDataIsWrong(await Slip.RunAsync(folder.Path, [.. doctor, "--data", folder.File("file")], Cancel), "file");

        // What doctor looked at still opens.
        await using var again = await UpServer.StartAsync(folder.Path, Cancel);
    }

    private static void AssertDataIsWrong(SlipResult result, string names)
    {
        Assert.Equal(1, result.ExitCode);
        var wrong = Assert.Single(Checks(result), check => !(bool)check["ok"]!);
        Assert.Equal("data folder", (string)wrong["name"]!);
        Assert.Contains(names, (string)wrong["finding"]!, StringComparison.Ordinal);
        Assert.Contains("--data", (string)wrong["remedy"]!, StringComparison.Ordinal);
    }

    private static IEnumerable<JsonObject> Checks(SlipResult result) => result.Json["checks"]!.AsArray().Select(check => check!.AsObject());
}
