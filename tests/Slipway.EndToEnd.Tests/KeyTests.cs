using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary>Authentication as an operator meets it: the built program, from the first key to the last.</summary>
public sealed class KeyTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task From_the_first_key_to_a_model_that_only_its_key_may_ask()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");

        // Nobody could get in, so the server does not start, and says what to do; that is then done.
        var refused = await Slip.RunAsync(folder.Path, ["up", "--auth", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--data", data], Cancel);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"`slipway key create NAME --role admin --data {data}`", refused.Errors, StringComparison.Ordinal);
        var first = await Slip.RunAsync(folder.Path, ["key", "create", "alice", "--role", "admin", "--data", data, "--json"], Cancel);
        Assert.Equal((0, "alice"), (first.ExitCode, (string?)first.Json["key"]?["name"]));
        var admin = (string)first.Json["secret"]!;

        await using var server = await UpServer.StartAsync(folder.Path, Cancel, "--auth", "--data", data);

        // On the folder itself, the server is in the way; and says that it does the same.
        var locked = await Slip.RunAsync(folder.Path, ["key", "list", "--data", data], Cancel);
        Assert.Equal(1, locked.ExitCode);
        Assert.Contains("SLIPWAY_KEY", locked.Errors, StringComparison.Ordinal);

        var nobody = await RunAsync(server, null, "status");
        Assert.Equal(1, nobody.ExitCode);
        Assert.StartsWith("Nobody is signed in.", nobody.Errors, StringComparison.Ordinal);
        var wrong = await server.RunAsync(["status", "--key", "slip_wrong"], Cancel);
        Assert.Equal(1, wrong.ExitCode);
        Assert.StartsWith("The key is not one of this server's", wrong.Errors, StringComparison.Ordinal);

        await SmallProject.WriteAsync(folder, "small", Cancel);
        var developer = await NewAsync(server, admin, "create", "ci", "--role", "developer", "--project", "small", "--expires", "90d");
        var applied = await RunAsync(server, developer, "apply");
        Assert.True(applied.ExitCode == 0, applied.Errors);

        // Its own project, and nothing beside it.
        await File.WriteAllTextAsync(folder.File("other.yaml"), (await File.ReadAllTextAsync(folder.File("slipway.yaml"), Cancel)).Replace("small", "other", StringComparison.Ordinal), Cancel);
        var beyond = await RunAsync(server, developer, "apply", "-f", "other.yaml");
        Assert.Equal(1, beyond.ExitCode);
        Assert.StartsWith("The key ci is limited to project small", beyond.Errors, StringComparison.Ordinal);
        Assert.Equal(0, (await RunAsync(server, developer, "status")).ExitCode);
        Assert.Equal(1, (await RunAsync(server, developer, "approve", "small@1.0.0")).ExitCode);

        var scorer = await NewAsync(server, admin, "create", "shop", "--role", "scorer", "--deployment", "small", "--rate", "1000");
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "small", new AuthenticationHeaderValue("Bearer", scorer)));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "small", new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"mlflow:{developer}")))));
        Assert.Equal(HttpStatusCode.Forbidden, await AskAsync(server, "other", new AuthenticationHeaderValue("Bearer", scorer)));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "small", null));
        var may = await RunAsync(server, scorer, "status");
        Assert.Equal(1, may.ExitCode);
        Assert.Contains("the role scorer", may.Errors, StringComparison.Ordinal);

        var listed = await RunAsync(server, admin, "key", "list");
        Assert.Contains("project small", listed.Output, StringComparison.Ordinal);
        Assert.Contains("1000/s", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("slip_", listed.Output, StringComparison.Ordinal);
        Assert.All(listed.Output.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 80, line));

        Assert.Equal(0, (await RunAsync(server, admin, "key", "revoke", "shop")).ExitCode);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(server, "small", new AuthenticationHeaderValue("Bearer", scorer)));

        var audit = (JsonArray)(await RunAsync(server, admin, "audit", "--json")).Json["entries"]!;
        Assert.Contains(audit, entry => (string?)entry!["action"] == "ApplyProject" && (string?)entry["actor"]!["name"] == "ci");
        Assert.Contains(audit, entry => (string?)entry!["action"] == "RevokeKey" && (string?)entry["actor"]!["name"] == "alice");
        Assert.Contains(audit, entry => (string?)entry!["action"] == "CreateKey" && (string?)entry["actor"]!["name"] == "local");
        Assert.Contains(audit, entry => (string?)entry!["action"] == "ApproveVersion" && (int)entry["outcome"]! == 403);
    }

    [Fact]
    public async Task A_demo_lives_with_authentication_too()
    {
        using var folder = new TemporaryFolder();
        var data = folder.File("data");
        Assert.Equal(0, (await Slip.RunAsync(folder.Path, ["key", "create", "alice", "--role", "admin", "--data", data], Cancel)).ExitCode);

        var demo = await Slip.RunAsync(folder.Path, ["demo", "--auth", "--exit", "--json", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--data", data], Cancel);

        Assert.True(demo.ExitCode == 0, demo.Errors);
        Assert.Equal(0, (int)demo.Json["failed"]!);
    }

    private static Task<SlipResult> RunAsync(UpServer server, string? key, params string[] arguments) => Slip.RunAsync(
        server.Folder, arguments, Cancel, new Dictionary<string, string?> { ["SLIPWAY_SERVER"] = server.Address, ["SLIPWAY_KEY"] = key });

    private static async Task<string> NewAsync(UpServer server, string admin, params string[] arguments)
    {
        var made = await RunAsync(server, admin, ["key", .. arguments, "--json"]);
        Assert.True(made.ExitCode == 0, made.Errors);
        return (string)made.Json["secret"]!;
    }

    private static async Task<HttpStatusCode> AskAsync(UpServer server, string deployment, AuthenticationHeaderValue? who)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/models/{deployment}/infer") { Content = new StringContent(SmallProject.Request, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = who;
        using var response = await server.Http.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}
