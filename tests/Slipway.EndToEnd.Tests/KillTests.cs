using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary>kill -9 in the middle of a training: the run goes on at the next start.</summary>
public sealed class KillTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_killed_server_goes_on_with_the_run_and_deploys_one_version()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "small", Cancel);
        JsonNode run;
        await using (var server = await UpServer.StartAsync(folder.Path, Cancel))
        {
            Assert.Equal(0, (await server.RunAsync(["apply"], Cancel)).ExitCode);

            // The first apply's model, as what a command writes that waits until it may go on.
            var model = Directory.GetFiles(folder.File("slipway-data"), "model.txt", SearchOption.AllDirectories)[0];
            Directory.CreateDirectory(folder.File("prepared"));
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(model)!))
            {
                File.Copy(file, Path.Combine(folder.File("prepared"), Path.GetFileName(file)));
            }

            await File.WriteAllTextAsync(folder.File("train.sh"), """
                touch begun
                while [ ! -e go ]; do sleep 0.05; done
                cp prepared/* "$SLIPWAY_MODEL_DIR" && echo '{ "seconds": 1 }' > "$SLIPWAY_METRICS"
                """, Cancel);
            var yaml = await File.ReadAllTextAsync(folder.File("slipway.yaml"), Cancel);
            await File.WriteAllTextAsync(folder.File("slipway.yaml"), yaml.Replace("parameters: { rounds: 5 }", "command: [sh, train.sh]", StringComparison.Ordinal), Cancel);
            using var apply = Slip.Start(folder.Path, ["apply", "--server", server.Address]);
            var errors = apply.StandardError.ReadToEndAsync(Cancel);
            Assert.StartsWith("data", await apply.StandardOutput.ReadLineAsync(Cancel), StringComparison.Ordinal);
            run = (await NewestAsync(server))!;
            await server.KillAsync(Cancel);
            await apply.WaitForExitAsync(Cancel);
            Assert.Equal(3, apply.ExitCode);
            Assert.Contains("went away", await errors, StringComparison.Ordinal);
        }

        await File.WriteAllTextAsync(folder.File("go"), "", Cancel);
        await using var next = await UpServer.StartAsync(folder.Path, Cancel);
        var watched = await next.Http.GetStringAsync(new Uri($"/api/v1/pipelines/{run["id"]}/watch", UriKind.Relative), Cancel);
        var ended = JsonNode.Parse(watched.TrimEnd().Split('\n')[^1])!;

        Assert.Equal(("succeeded", 1), ((string)ended["state"]!, (int)ended["interruptions"]!));
        var stable = JsonNode.Parse(await next.Http.GetStringAsync(new Uri("/api/v1/deployments/small", UriKind.Relative), Cancel))!["stable"]!["reference"]!;
        Assert.Equal(("small", "1.1.0"), ((string)stable["model"]!, (string)stable["version"]!));
        Assert.Equal(2, (await VersionsAsync(next)).Count);
    }

    private static async Task<JsonNode?> NewestAsync(UpServer server) =>
        JsonNode.Parse(await server.Http.GetStringAsync(new Uri("/api/v1/projects/small/pipelines?limit=1", UriKind.Relative), Cancel))![0];

    private static async Task<JsonArray> VersionsAsync(UpServer server) =>
        JsonNode.Parse(await server.Http.GetStringAsync(new Uri("/api/v1/models/small/versions", UriKind.Relative), Cancel))!.AsArray();
}
