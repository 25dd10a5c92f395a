using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

public sealed class DemoTests
{
    private static readonly string[] Arguments = ["demo", "--json", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_takes_real_data_to_a_model_that_answers_and_a_second_run_finds_it_all_and_stays_up_until_Ctrl_C()
    {
        using var folder = new TemporaryFolder();

        var first = await Slip.RunAsync(folder.Path, [.. Arguments, "--exit"], Cancel);
        var second = await RunUntilCtrlCAsync(folder.Path);

        Assert.True(first.ExitCode == 0, first.Errors);
        Assert.Equal(["data", "train", "validate", "register", "deploy", "serve"], Stages(first.Json).Select(stage => (string)stage["stage"]!));
        Assert.All(Stages(first.Json), stage => Assert.True((bool)stage["ok"]!));
        Assert.Equal("bikes", (string)first.Json["demo"]!);
        Assert.True((bool)first.Json["ok"]!);
        Assert.Equal(0, (int)first.Json["failed"]!);
        Assert.InRange((int)first.Json["requests"]!, 700, 744);
        Assert.StartsWith("http://127.0.0.1:", (string)first.Json["console"]!);
        Assert.Equal("bike-demand@1.0.0", (string)Fact(first.Json, "register", "version")!);
        Assert.True((bool)Fact(first.Json, "register", "created")!);
        Assert.False((bool)Fact(first.Json, "train", "reused")!);
        Assert.Equal("pass", (string)Fact(first.Json, "validate", "verdict")!);

        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.False((bool)Fact(second.Json, "data", "created")!);
        Assert.True((bool)Fact(second.Json, "train", "reused")!);
        Assert.False((bool)Fact(second.Json, "register", "created")!);
        Assert.False((bool)Fact(second.Json, "deploy", "changed")!);
        Assert.Contains("already", second.Errors, StringComparison.Ordinal);
        Assert.Equal((int)first.Json["requests"]!, (int)second.Json["requests"]!);
    }

    // Without --exit the server stays up when the report is there, and ends well on Ctrl+C.
    private static async Task<SlipResult> RunUntilCtrlCAsync(string folder)
    {
        using var demo = Slip.Start(folder, Arguments);
        var errors = demo.StandardError.ReadToEndAsync(Cancel);
        try
        {
            var report = await demo.StandardOutput.ReadLineAsync(Cancel) ?? throw new InvalidOperationException(await errors);
            using var http = new HttpClient { BaseAddress = new Uri((string)JsonNode.Parse(report)!["console"]!) };
            using var ready = await http.GetAsync(new Uri("/v2/models/bikes/ready", UriKind.Relative), Cancel);
            ready.EnsureSuccessStatusCode();
            await Slip.SignalAsync(demo.Id, "INT", Cancel);
            await demo.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(15), Cancel);
            return new SlipResult(demo.ExitCode, report, await errors);
        }
        finally
        {
            demo.Kill(entireProcessTree: true);
        }
    }

    private static IEnumerable<JsonObject> Stages(JsonObject report) => report["stages"]!.AsArray().Select(stage => stage!.AsObject());

    private static JsonNode? Fact(JsonObject report, string stage, string fact) => Stages(report).Single(s => (string)s["stage"]! == stage)["facts"]![fact];
}
