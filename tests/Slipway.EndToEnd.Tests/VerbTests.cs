using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary>What every verb promises: help with an example, <c>--json</c> on success and on error, and its exit code.</summary>
public sealed class VerbTests(SharedServer server) : IClassFixture<SharedServer>
{
    private const string Nobody = "http://127.0.0.1:9";

    private static readonly string[] Verbs = ["demo", "init", "up", "apply", "train", "status", "predict", "approve", "deploy", "rollback", "rollout", "drift", "doctor", "gc", "audit", "verify", "delete", "history", "lineage", "key", "card", "diff", "approval", "reject", "deprecate"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<int, string[]> Mistakes => new()
    {
        { 2, ["demo", "--http", "nowhere"] },
        { 2, ["init", "--data", "rows.csv", "--label", "y", "--model", "Wrong Name"] },
        { 2, ["init", "--data", "rows.csv"] },
        { 2, ["up", "--grpc", "5081"] },
        { 2, ["up", "--no-such-flag"] },
        { 2, ["apply", "-f", "nowhere.yaml"] },
        { 3, ["apply", "--server", Nobody] },
        { 2, ["train", "-f", "nowhere.yaml"] },
        { 3, ["train", "--server", Nobody] },
        { 3, ["status", "--server", Nobody] },
        { 2, ["status", "--server", "nowhere"] },
        { 3, ["predict", "x", "--row", "{}", "--server", Nobody] },
        { 2, ["predict", "x"] },
        { 2, ["predict", "x", "--rows", "nowhere.json"] },
        { 2, ["predict", "x", "--row", "7"] },
        { 1, ["predict", "nobody", "--row", "{}"] },
        { 2, ["card", "small"] },
        { 1, ["card", "nobody@1.0.0"] },
        { 3, ["card", "small@1.0.0", "--server", Nobody] },
        { 2, ["card", "small@1.0.0", "--format", "pdf"] },
        { 2, ["card", "small@1.0.0", "--set", "ethics"] },
        { 2, ["card", "small@1.0.0", "--set", "ethic=x"] },
        { 2, ["card", "small@1.0.0", "--edit"] },
        { 2, ["diff", "small@1.0.0"] },
        { 2, ["diff", "small@1.0.0", "small"] },
        { 2, ["diff", "small@1.0.0", "small@1.0.0"] },
        { 1, ["diff", "nobody", "1.0.0", "1.0.1"] },
        { 3, ["diff", "small", "1.0.0", "1.0.1", "--server", Nobody] },
        { 2, ["approve", "small"] },
        { 1, ["approve", "nobody@1.0.0"] },
        { 2, ["reject", "small"] },
        { 1, ["reject", "nobody@1.0.0"] },
        { 1, ["deprecate", "nobody@1.0.0"] },
        { 2, ["approval"] },
        { 2, ["approval", "status", "small"] },
        { 1, ["approval", "request", "nobody@1.0.0"] },
        { 1, ["approval", "comment", "nobody@1.0.0", "--reason", "why"] },
        { 1, ["approval", "revoke", "nobody@1.0.0"] },
        { 3, ["approval", "list", "--server", Nobody] },
        { 1, ["deploy", "nobody@1.0.0", "--override", "--reason", "urgent"] },
        { 2, ["deploy", "nobody@1.0.0", "--override"] },
        { 2, ["deploy", "small@1"] },
        { 2, ["deploy", "small@1.0.0", "--name", "Wrong Name"] },
        { 1, ["deploy", "nobody@1.0.0"] },
        { 2, ["rollback", "Wrong Name"] },
        { 1, ["rollback", "nobody"] },
        { 2, ["deploy", "small@1.0.0", "--strategy", "rolling"] },
        { 2, ["rollout"] },
        { 2, ["rollout", "status", "Wrong Name"] },
        { 1, ["rollout", "status", "nobody"] },
        { 1, ["rollout", "watch", "nobody"] },
        { 2, ["rollout", "promote"] },
        { 1, ["rollout", "rollback", "nobody"] },
        { 3, ["rollout", "status", "--server", Nobody] },
        { 2, ["drift", "rows.csv", "nowhere.csv"] },
        { 2, ["drift", "rows.csv"] },
        { 2, ["doctor", "--http", "nowhere"] },
        { 3, ["gc", "--server", Nobody] },
        { 2, ["gc", "--older-than", "soon"] },
        { 2, ["gc", "--experiment", "0", "--yes"] },
        { 1, ["gc", "--run", "nobody"] },
        { 3, ["audit", "--server", Nobody] },
        { 2, ["audit", "--since", "yesterday"] },
        { 2, ["audit", "--limit", "0"] },
        { 3, ["verify", "--all", "--server", Nobody] },
        { 2, ["verify"] },
        { 2, ["train", "--at-least", "2"] },
        { 2, ["verify", "words", "--all"] },
        { 2, ["verify", "words@1"] },
        { 2, ["delete", "words"] },
        { 1, ["delete", "nobody@1.0.0"] },
        { 3, ["delete", "words@1.0.0", "--server", Nobody] },
        { 3, ["history", "bikes", "--server", Nobody] },
        { 2, ["history"] },
        { 2, ["history", "small", "--at", "yesterday"] },
        { 2, ["history", "Wrong Name"] },
        { 1, ["history", "nobody"] },
        { 1, ["history", "--model", "nobody"] },
        { 3, ["lineage", "small@1.0.0", "--server", Nobody] },
        { 2, ["lineage"] },
        { 1, ["lineage", "nobody@1.0.0"] },
        { 2, ["lineage", "small@1.0.0", "--depth", "0"] },
        { 2, ["key"] },
        { 2, ["key", "create", "ci"] },
        { 2, ["key", "create", "ci", "--role", "root"] },
        { 2, ["key", "create", "Wrong Name", "--role", "viewer"] },
        { 2, ["key", "create", "ci", "--role", "viewer", "--expires", "soon"] },
        { 3, ["key", "list", "--server", Nobody] },
        { 2, ["key", "list", "--server", Nobody, "--data", "x"] },
        { 1, ["key", "revoke", "nobody"] },
        { 2, ["status", "--key", "two words"] },
        { 2, ["no-such-verb"] },
        { 2, [] },
    };

    [Fact]
    public async Task Every_verb_has_help_with_an_example_and_takes_json()
    {
        var root = await server.Up.RunAsync(["--help"], Cancel);

        Assert.Equal(0, root.ExitCode);
        Assert.Contains("Example", root.Output, StringComparison.Ordinal);
        foreach (var verb in Verbs)
        {
            Assert.Matches($@"(?m)^\s+{verb}\b", root.Output);
            var help = await server.Up.RunAsync([verb, "--help"], Cancel);
            Assert.Equal(0, help.ExitCode);
            Assert.Matches($@"Examples?:\r?\n\s+slipway {verb}\b", help.Output);
            Assert.Contains("--json", help.Output, StringComparison.Ordinal);
            Assert.Empty(help.Errors);
        }
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task An_error_has_its_exit_code_one_sentence_and_with_json_one_object(int exitCode, string[] arguments)
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "small", Cancel);

        var result = await server.Up.RunAsync([.. arguments, "--json"], Cancel, folder.Path);

        Assert.True(exitCode == result.ExitCode, $"{result.ExitCode}: {result.Errors}");
        Assert.False((bool)result.Json["ok"]!);
        Assert.Single(result.Output.Trim().Split('\n'));
        var error = (string)result.Json["error"]!;
        Assert.StartsWith(error, result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("inside Slipway", error, StringComparison.Ordinal);
        Assert.InRange(error.Length, 10, 600);
    }

    [Fact]
    public async Task A_gate_that_fails_ends_with_one_and_json_says_which_stage()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "gated", Cancel, more: "validate:\n  performance: { rmse: \"<= 0.000001\" }\n");

        var result = await server.Up.RunAsync(["apply", "--json"], Cancel, folder.Path);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("failed", (string)result.Json["state"]!);
        Assert.Equal("failed", (string)result.Json["stages"]!.AsArray().Single(stage => (string)stage!["name"]! == "validate")!["state"]!);
        Assert.Contains("rmse", (string)result.Json["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flag_can_take_back_what_the_environment_allows()
    {
        using var folder = new TemporaryFolder();
        string[] doctor = ["doctor", "--http", "0.0.0.0:0", "--grpc", "127.0.0.1:0"];
        var allowed = new Dictionary<string, string?> { ["SLIPWAY__INSECURE"] = "true" };

        Assert.Equal(0, (await Slip.RunAsync(folder.Path, doctor, Cancel, allowed)).ExitCode);
        Assert.Equal(2, (await Slip.RunAsync(folder.Path, [.. doctor, "--insecure", "false"], Cancel, allowed)).ExitCode);
        Assert.Equal(2, (await Slip.RunAsync(folder.Path, doctor, Cancel)).ExitCode);
        Assert.Equal(0, (await Slip.RunAsync(folder.Path, [.. doctor, "--insecure"], Cancel)).ExitCode);
    }

    [Fact]
    public async Task Results_are_the_last_line_of_standard_output_and_words_go_elsewhere()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "words", Cancel);

        foreach (var arguments in new string[][]
        {
            ["train"], ["apply"], ["status"], ["predict", "words", "--row", "{\"x\": 1}"], ["approve", "words@1.0.0"], ["deploy", "words@1.0.0", "--name", "other"], ["gc"], ["gc", "--yes"], ["audit"], ["verify", "--all"], ["verify", "words@1.0.0"], ["doctor", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"],
        })
        {
            var result = await server.Up.RunAsync([.. arguments, "--json"], Cancel, folder.Path);
            Assert.True(result.ExitCode == 0, $"{arguments[0]}: {result.Errors}");
            Assert.Single(result.Output.TrimEnd('\n').Split('\n'));
            Assert.IsType<JsonObject>(JsonNode.Parse(result.Output));
        }
    }
}
