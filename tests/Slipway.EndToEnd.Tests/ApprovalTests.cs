using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Slipway.EndToEnd.Tests;

/// <summary>A version without approval goes live by no path.</summary>
public sealed class ApprovalTests(SharedServer server) : IClassFixture<SharedServer>
{
    private const string ByPeople = "deploy:\n  approval: { approvers: 1, comment: required }\n";
    private const string Canary = ByPeople + "  strategy: canary\n  guardrails: [{ metric: error_rate, margin: 5 pp }]\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_version_without_approval_is_refused_by_every_path()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "walked", Cancel, more: ByPeople);
        await RunAsync(folder, 0, "apply");
        await RunAsync(folder, 0, "approve", "walked@1.0.0", "--reason", "gates read");
        await RunAsync(folder, 0, "deploy", "walked@1.0.0");
        await SmallProject.WriteAsync(folder, "walked", Cancel, rounds: 7, more: Canary);

        // The file: trained, registered, and left to wait.
        Assert.Contains("waits for approval", (await RunAsync(folder, 0, "apply")).Output, StringComparison.Ordinal);
        await StillAsync("1.0.0");

        // The deploy route, by each strategy; the sentence lists what is missing.
        foreach (var strategy in new[] { "immediate", "blue-green", "canary" })
        {
            var refused = await PostAsync("/api/v1/deployments/walked/deploy", new { version = "walked@1.1.0", strategy });
            Assert.Equal((strategy, HttpStatusCode.Conflict), (strategy, refused.Status));
            Assert.Contains("walked@1.1.0 is validated and cannot be deployed. 1 approval is needed (an approver or an admin), and it has none.", refused.Body, StringComparison.Ordinal);
        }

        // Another name is no way around.
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync("/api/v1/deployments/elsewhere/deploy", new { version = "walked@1.1.0" })).Status);

        // MLflow's stage is refused, and an alias deploys nothing.
        var stage = await PostAsync("/api/2.0/mlflow/model-versions/transition-stage", new { name = "walked", version = "2", stage = "Production" });
        Assert.Equal(HttpStatusCode.BadRequest, stage.Status);
        Assert.Contains("its stage is where it runs", stage.Body, StringComparison.Ordinal);
        foreach (var alias in new[] { "champion", "production" })
        {
            Assert.Equal(HttpStatusCode.OK, (await PostAsync("/api/2.0/mlflow/registered-models/alias", new { name = "walked", alias, version = "2" })).Status);
        }

        await StillAsync("1.0.0");

        // Loading by the inference protocol brings nothing that is not deployed.
        Assert.NotEqual(HttpStatusCode.OK, (await PostAsync("/v2/repository/models/walked/load", new { parameters = new { version = "1.1.0" } })).Status);
        Assert.NotEqual(HttpStatusCode.OK, (await PostAsync("/v2/models/walked/versions/1.1.0/infer", JsonElement.Parse(SmallProject.Request))).Status);
        await StillAsync("1.0.0");

        // A rollout that had begun ends with the approval, and nobody promotes it after that.
        await RunAsync(folder, 0, "approve", "walked@1.1.0", "--reason", "gates read");
        var begun = await RunAsync(folder, 0, "deploy", "walked@1.1.0", "--json");
        Assert.Equal("running", (string)begun.Json["status"]!);
        await RunAsync(folder, 0, "approval", "revoke", "walked@1.1.0", "--reason", "wrong holdout");
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync($"/api/v1/rollouts/{begun.Json["id"]}/promote", new { })).Status);
        Assert.Contains("rolled back", (await RunAsync(folder, 1, "rollout", "watch", "walked")).Output, StringComparison.Ordinal);
        Assert.Contains("took the approval back", (await RunAsync(folder, 0, "rollout", "status", "walked")).Output, StringComparison.Ordinal);
        await StillAsync("1.0.0");
    }

    [Fact]
    public async Task Approval_by_command_from_the_request_to_the_emergency()
    {
        using var folder = new TemporaryFolder();
        await SmallProject.WriteAsync(folder, "asked", Cancel, more: ByPeople);
        await RunAsync(folder, 0, "train");

        await RunAsync(folder, 0, "approval", "request", "asked@1.0.0", "--reason", "new season");
        Assert.Contains("asked@1.0.0", (await RunAsync(folder, 0, "approval", "list")).Output, StringComparison.Ordinal);
        await RunAsync(folder, 0, "approval", "comment", "asked@1.0.0", "--reason", "which holdout?");
        Assert.Contains("demands a comment", (await RunAsync(folder, 2, "approve", "asked@1.0.0")).Errors, StringComparison.Ordinal);
        var status = (await RunAsync(folder, 0, "approval", "status", "asked@1.0.0")).Output;
        Assert.Contains("It needs 1 approval of approver or admin, each with a comment.", status, StringComparison.Ordinal);
        Assert.Contains("which holdout?", status, StringComparison.Ordinal);
        Assert.Contains("Missing: 1 approval is needed", status, StringComparison.Ordinal);
        Assert.All(status.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 80));

        Assert.Contains("needs a reason", (await RunAsync(folder, 2, "deploy", "asked@1.0.0", "--override")).Errors, StringComparison.Ordinal);
        Assert.Contains("Warning: asked@1.0.0 answers as asked by an emergency override of local on", (await RunAsync(folder, 0, "deploy", "asked@1.0.0", "--override", "--reason", "prices are wrong")).Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("by an emergency override of local", (await RunAsync(folder, 0, "status")).Output.ReplaceLineEndings(" "), StringComparison.Ordinal);

        Assert.Contains("while it is deployed: asked has it", (await RunAsync(folder, 1, "deprecate", "asked@1.0.0", "--reason", "old")).Errors.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.Contains("is rejected", (await RunAsync(folder, 0, "reject", "asked@1.0.0", "--reason", "leaks the label")).Output, StringComparison.Ordinal);
        Assert.Contains("DeprecateVersion", (await RunAsync(folder, 0, "audit", "--what", "asked@1.0.0")).Output, StringComparison.Ordinal);
        await SmallProject.WriteAsync(folder, "asked", Cancel, rounds: 7, more: ByPeople);
        await RunAsync(folder, 0, "train");
        Assert.Equal("deprecated", (string)(await RunAsync(folder, 0, "deprecate", "asked@1.1.0", "--reason", "not needed", "--json")).Json["state"]!);
    }

    private async Task StillAsync(string version)
    {
        using var response = await server.Up.Http.PostAsJsonAsync(new Uri("/v2/models/walked/infer", UriKind.Relative), JsonElement.Parse(SmallProject.Request), Cancel);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.Equal(version, answer.GetProperty("model_version").GetString());
        using var elsewhere = await server.Up.Http.GetAsync(new Uri("/v2/models/elsewhere", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, elsewhere.StatusCode);
    }

    private async Task<(HttpStatusCode Status, string Body)> PostAsync(string path, object body)
    {
        using var response = await server.Up.Http.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private async Task<SlipResult> RunAsync(TemporaryFolder folder, int exitCode, params string[] arguments)
    {
        var result = await server.Up.RunAsync(arguments, Cancel, folder.Path);
        Assert.True(result.ExitCode == exitCode, $"{string.Join(' ', arguments)} ended with {result.ExitCode}: {result.Output}{result.Errors}");
        return result;
    }
}
