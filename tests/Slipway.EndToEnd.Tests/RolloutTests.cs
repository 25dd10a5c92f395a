namespace Slipway.EndToEnd.Tests;

/// <summary>Releases by command.</summary>
public sealed class RolloutTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_is_deployed_blue_green_and_its_rollout_is_shown()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "greener", Cancel);
        Assert.Contains("No version has been rolled out yet", (await RunAsync(folder, 0, "rollout", "status")).Output, StringComparison.Ordinal);
        await RunAsync(folder, 0, "train");
        await RunAsync(folder, 0, "deploy", "greener@1.0.0");
        Assert.Contains("greener answers with greener@1.0.0 and has had no rollout", (await RunAsync(folder, 1, "rollout", "status", "greener")).Errors, StringComparison.Ordinal);
        await SmallProject.WriteAsync(folder, "greener", Cancel, rounds: 7);
        await RunAsync(folder, 0, "train");

        var deployed = await RunAsync(folder, 0, "deploy", "greener@1.1.0", "--strategy", "blue-green", "--json");
        Assert.Equal("promoted", (string)deployed.Json["status"]!);
        Assert.Contains("1.1.0", (await RunAsync(folder, 0, "predict", "greener", "--row", "{\"x\": 1}")).Output, StringComparison.Ordinal);
        Assert.Equal((string)deployed.Json["id"]!, (string)(await RunAsync(folder, 0, "rollout", "status", "greener", "--json")).Json["id"]!);
        Assert.Contains("greener: greener@1.1.0 after greener@1.0.0, promoted", (await RunAsync(folder, 0, "rollout", "status", "greener")).Output, StringComparison.Ordinal);
        Assert.Matches(@"greener +greener@1\.1\.0 +promoted +100%", (await RunAsync(folder, 0, "rollout", "status")).Output);
        Assert.Contains("promoted", (await RunAsync(folder, 0, "rollout", "watch", "greener")).Output, StringComparison.Ordinal);
        Assert.Contains("has ended: it was promoted", (await RunAsync(folder, 1, "rollout", "rollback", "greener")).Errors, StringComparison.Ordinal);
        Assert.Contains("A canary needs", (await RunAsync(folder, 2, "deploy", "greener@1.0.0", "--strategy", "canary")).Errors, StringComparison.Ordinal);

        await RunAsync(folder, 0, "rollback", "greener");
        Assert.Contains("1.0.0", (await RunAsync(folder, 0, "predict", "greener", "--row", "{\"x\": 1}")).Output, StringComparison.Ordinal);
    }

    private async Task<SlipResult> RunAsync(TemporaryFolder folder, int exitCode, params string[] arguments)
    {
        var result = await server.Up.RunAsync(arguments, Cancel, folder.Path);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Output}{result.Errors}");
        return result;
    }
}
