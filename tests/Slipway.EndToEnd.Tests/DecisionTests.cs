using System.Globalization;
using System.Net.Http.Json;

namespace Slipway.EndToEnd.Tests;

/// <summary>What people decide by command: which version may answer, which answers, and the way back.</summary>
public sealed class DecisionTests(SharedServer server) : IClassFixture<SharedServer>
{
    private const string ByPeople = "deploy:\n  approval: required\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_waits_for_approval_then_is_deployed_and_rolled_back_by_command()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "careful", Cancel, more: ByPeople);

        var applied = await RunAsync(folder, 0, "apply");
        Assert.Contains("slipway approve careful@1.0.0", applied.Output, StringComparison.Ordinal);
        Assert.Contains("approve", (await RunAsync(folder, 1, "deploy", "careful@1.0.0")).Errors, StringComparison.Ordinal);
        await RunAsync(folder, 1, "predict", "careful", "--row", "{\"x\": 1}");

        var approved = await RunAsync(folder, 0, "approve", "careful@1.0.0", "--reason", "gates and card read", "--json");
        Assert.Equal("approved", (string)approved.Json["state"]!);
        Assert.Equal("1.0.0", (string)(await RunAsync(folder, 0, "deploy", "careful@1.0.0", "--json")).Json["stable"]!["reference"]!["version"]!);
        Assert.Contains("1.0.0", (await RunAsync(folder, 0, "predict", "careful", "--row", "{\"x\": 1}")).Output, StringComparison.Ordinal);

        // Nothing came before the first version.
        Assert.Contains("careful", (await RunAsync(folder, 1, "rollback", "careful")).Errors, StringComparison.Ordinal);

        await SmallProject.WriteAsync(folder, "careful", Cancel, rounds: 7, more: ByPeople);
        await RunAsync(folder, 0, "apply");
        Assert.Contains("1.0.0", (await RunAsync(folder, 0, "predict", "careful", "--row", "{\"x\": 1}")).Output, StringComparison.Ordinal);
        await RunAsync(folder, 0, "approve", "careful@1.1.0");
        await RunAsync(folder, 0, "deploy", "careful@1.1.0", "--reason", "new recipe");
        Assert.Contains("1.1.0", (await RunAsync(folder, 0, "predict", "careful", "--row", "{\"x\": 1}")).Output, StringComparison.Ordinal);

        var back = await RunAsync(folder, 0, "rollback", "careful", "--reason", "worse at night", "--json");
        Assert.Equal("1.0.0", (string)back.Json["stable"]!["reference"]!["version"]!);
        Assert.Contains("1.0.0", (await RunAsync(folder, 0, "predict", "careful", "--row", "{\"x\": 1}")).Output, StringComparison.Ordinal);
        await MeasureRollbackAsync("careful");
    }

    [Fact]
    public async Task Wrong_versions_are_named_in_one_sentence()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "known", Cancel, more: ByPeople);
        await RunAsync(folder, 0, "train");

        foreach (var verb in new[] { "approve", "deploy" })
        {
            foreach (var (exitCode, version) in new[] { (2, "known"), (2, "known@"), (2, "known@1.0"), (2, "known@1.0.0.0"), (2, "known@01.0.0"), (2, "@1.0.0"), (1, "known@9.9.9"), (1, "unknown@1.0.0"), (2, "@FILE") })
            {
                var errors = (await RunAsync(folder, exitCode, verb, version)).Errors.Trim();
                Assert.Contains(exitCode == 1 ? version[..version.IndexOf('@', StringComparison.Ordinal)] : $"'{version}'", errors, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', errors);
                Assert.InRange(errors.Length, 20, 300);
            }
        }
    }

    // On the machine of whoever reads the log; a limit here would be a limit on their neighbours.
    private async Task MeasureRollbackAsync(string deployment)
    {
        // This process opens its connection, and the server is warm from the command before.
        using var ready = await server.Up.Http.GetAsync(new Uri($"/v2/models/{deployment}/ready", UriKind.Relative), Cancel);
        ready.EnsureSuccessStatusCode();
        var times = new List<double>();
        for (var i = 0; i < 20; i++)
        {
            var begun = TimeProvider.System.GetTimestamp();
            using var response = await server.Up.Http.PostAsJsonAsync($"/api/v1/deployments/{deployment}/rollback", new { reason = "measured" }, Cancel);
            response.EnsureSuccessStatusCode();
            times.Add(TimeProvider.System.GetElapsedTime(begun).TotalMilliseconds);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Create(CultureInfo.InvariantCulture, $"20 rollbacks over HTTP, in ms: {string.Join(", ", times.Select(time => $"{time:F1}"))}"));
    }

    private async Task<SlipResult> RunAsync(TemporaryFolder folder, int exitCode, params string[] arguments)
    {
        var result = await server.Up.RunAsync(arguments, Cancel, folder.Path);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Output}{result.Errors}");
        return result;
    }
}
