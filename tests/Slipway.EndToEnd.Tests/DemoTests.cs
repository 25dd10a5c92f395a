using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

public sealed class DemoTests
{
    private static readonly string[] Arguments = ["demo", "--json", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_demo_lives_a_models_life_and_a_second_run_finds_it_all_and_stays_up_until_Ctrl_C()
    {
        using var folder = new TemporaryFolder();

        var first = await Slip.RunAsync(folder.Path, [.. Arguments, "--exit"], Cancel);
        var second = await RunUntilCtrlCAsync(folder.Path);

        Assert.True(first.ExitCode == 0, first.Errors);
        CheckStory(first.Json);
        Assert.Equal("bikes", (string)first.Json["demo"]!);
        Assert.StartsWith("http://127.0.0.1:", (string)first.Json["console"]!);
        Assert.Equal("bike-demand@1.0.0", (string)Fact(first.Json, "register", "version")!);
        Assert.Equal("pass", (string)Fact(first.Json, "validate", "verdict")!);
        Assert.Equal("temp", (string)Fact(first.Json, "monitor", "cause")!);
        Assert.StartsWith("bike-demand@1.0.1", (string)Fact(first.Json, "retrain", "version")!);
        Assert.Equal("workingday=1", (string)Fact(first.Json, "rollout", "rolledBack")!["segment"]!);

        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Equal(0, (int)second.Json["requests"]!);
        Assert.Equal(Verdicts(first.Json), Verdicts(second.Json));
    }

    [Fact]
    public async Task Killed_in_the_middle_again_and_again_it_ends_in_the_same_verdicts()
    {
        using var undisturbed = new TemporaryFolder();
        using var killed = new TemporaryFolder();

        var whole = await Slip.RunAsync(undisturbed.Path, [.. Arguments, "--exit"], Cancel);
        foreach (var stage in new[] { "validate", "serve", "retrain" })
        {
            await KillAfterAsync(killed.Path, stage);
        }

        var ended = await Slip.RunAsync(killed.Path, [.. Arguments, "--exit"], Cancel);

        Assert.True(ended.ExitCode == 0, ended.Errors);
        CheckStory(ended.Json);
        Assert.Equal(Verdicts(whole.Json), Verdicts(ended.Json));
    }

    [Theory]
    [InlineData(2, "weathersit", "weathersit=2", "hr", "(hr + case when weathersit = 2 then 5 else 0 end) % 24 as hr")]
    [InlineData(3, "workingday", "workingday=0", "hr", "(hr + case when workingday = 0 then 12 else 0 end) % 24 as hr")]
    [InlineData(4, "weathersit", "weathersit=1", "temp", "case when weathersit = 1 then temp * 41 else temp end as temp")]
    public async Task Another_seed_another_mistake_and_another_segment_end_alike(int seed, string segment, string broken, string column, string mistake)
    {
        using var folder = new TemporaryFolder();
        var sample = Path.Combine(folder.Path, "sample");
        CopySample(sample);
        var yaml = (await File.ReadAllTextAsync(Path.Combine(sample, "slipway.yaml"), Cancel))
            .Replace("threads: 2", $"threads: 2, seed: {seed}", StringComparison.Ordinal)
            .Replace("segments: [workingday]", $"segments: [{segment}]", StringComparison.Ordinal);
        await File.WriteAllTextAsync(Path.Combine(sample, "slipway.yaml"), yaml, Cancel);
        await File.WriteAllTextAsync(Path.Combine(sample, "mistaken.yaml"), yaml.Replace($" {column},", $" {mistake},", StringComparison.Ordinal), Cancel);

        var run = await Slip.RunAsync(folder.Path, [.. Arguments, "--exit", "--sample", sample], Cancel);

        Assert.True(run.ExitCode == 0, run.Errors);
        CheckStory(run.Json);
        Assert.Equal(broken, (string)Fact(run.Json, "rollout", "rolledBack")!["segment"]!);
        Assert.Contains(broken, (string)Fact(run.Json, "rollout", "rolledBack")!["sentence"]!, StringComparison.Ordinal);
    }

    private static void CheckStory(JsonObject report)
    {
        Assert.Equal(["data", "train", "validate", "register", "deploy", "serve", "monitor", "retrain", "rollout"], Stages(report).Select(stage => (string)stage["stage"]!));
        Assert.All(Stages(report), stage => Assert.True((bool)stage["ok"]!, stage.ToJsonString()));
        Assert.True((bool)report["ok"]!);
        Assert.Equal(0, (int)report["failed"]!);
        Assert.Equal(("1.0.1", "1.0.2"), ((string)report["promoted"]!, (string)report["rolledBack"]!));
        Assert.True((double)report["errorAfter"]! < (double)report["errorBefore"]!, report.ToJsonString());
    }

    // What was found and decided, and when in event time. How many requests a process sent, and how long that took, is its own.
    private static string Verdicts(JsonObject report) => string.Join('\n', new[]
    {
        report["promoted"], report["rolledBack"], Fact(report, "monitor", "alertAt"), Fact(report, "monitor", "cause"), Fact(report, "retrain", "asOf"),
        Fact(report, "rollout", "promoted")!["decision"], Fact(report, "rollout", "rolledBack")!["decision"],
    }.Select(node => node?.ToJsonString()));

    private static async Task KillAfterAsync(string folder, string stage)
    {
        using var demo = Slip.Start(folder, Arguments);
        try
        {
            while (await demo.StandardError.ReadLineAsync(Cancel) is { } line && !line.StartsWith($"{stage} ", StringComparison.Ordinal))
            {
            }
        }
        finally
        {
            demo.Kill();
            await demo.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static void CopySample(string folder)
    {
        var source = Repository.Sample("bikes");
        foreach (var file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(source, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
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
