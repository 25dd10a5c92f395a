using System.Text;
using System.Text.Json.Nodes;
using Slipway.Tests;

namespace Slipway.EndToEnd.Tests;

/// <summary>The program on PostgreSQL, as on SQLite.</summary>
public sealed class PostgreSqlTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_project_lives_in_PostgreSQL_and_is_there_after_a_restart()
    {
        using var folder = new TemporaryFolder();
        var address = await PostgreSqlServer.NewDatabaseAsync();
        await SmallProject.WriteAsync(folder, "small", Cancel);
        string before;
        await using (var server = await UpServer.StartAsync(folder.Path, Cancel, "--database", address))
        {
            var apply = await server.RunAsync(["apply"], Cancel);
            Assert.True(apply.ExitCode == 0, apply.Errors);
            before = await PredictAsync(server);

            // The database, and not the folder alone, is this server's.
            var second = await Slip.RunAsync(folder.Path, ["up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--data", folder.File("other"), "--database", address], Cancel);
            Assert.Equal(1, second.ExitCode);
            Assert.Contains("is in use by another process", second.Errors, StringComparison.Ordinal);

            var (exitCode, errors) = await server.StopAsync(Cancel);
            Assert.Equal(0, exitCode);
            Assert.Contains("Database: postgres://slipway@127.0.0.1:", errors, StringComparison.Ordinal);
            Assert.DoesNotContain("s3cret", errors, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(folder.File("slipway-data/slipway.db")));
        await using (var again = await UpServer.StartAsync(folder.Path, Cancel, "--database", address))
        {
            Assert.Equal(before, await PredictAsync(again));
            var status = await again.RunAsync(["status", "--json"], Cancel);
            Assert.True(status.ExitCode == 0, status.Errors);
            Assert.Contains("small", status.Output, StringComparison.Ordinal);
            Assert.Equal(0, (await again.RunAsync(["apply"], Cancel)).ExitCode);
            Assert.Equal(0, (await again.StopAsync(Cancel)).ExitCode);
        }

        // Without its database the folder is not opened as another's.
        var without = await Slip.RunAsync(folder.Path, ["up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"], Cancel);
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("belongs to the database postgres://slipway@127.0.0.1:", without.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_database_is_a_sentence_and_doctor_says_it_too()
    {
        using var folder = new TemporaryFolder();
        var address = await PostgreSqlServer.NewDatabaseAsync();
        string[] ports = ["--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0"];

        var form = await Slip.RunAsync(folder.Path, ["up", .. ports, "--database", "mysql://ada:s3cret@db/x"], Cancel);
        var missing = await Slip.RunAsync(folder.Path, ["up", .. ports, "--database", $"{address}_not_there"], Cancel);
        var unreachable = await Slip.RunAsync(folder.Path, ["up", .. ports], Cancel, new Dictionary<string, string?> { ["SLIPWAY_DATABASE"] = "postgres://ada:s3cret@127.0.0.1:1/x" });
        var wrong = await Slip.RunAsync(folder.Path, ["doctor", .. ports, "--database", $"{address}_not_there", "--json"], Cancel);
        var right = await Slip.RunAsync(folder.Path, ["doctor", .. ports, "--database", address, "--json"], Cancel);

        Assert.Equal((2, 2, 3, 1, 0), (form.ExitCode, missing.ExitCode, unreachable.ExitCode, wrong.ExitCode, right.ExitCode));
        Assert.Contains("--database: The database's address is wrong: it is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE", form.Errors, StringComparison.Ordinal);
        Assert.Contains("There is no database", missing.Errors, StringComparison.Ordinal);
        Assert.Contains("cannot be reached", unreachable.Errors, StringComparison.Ordinal);
        Assert.Contains("There is no database", Finding(wrong), StringComparison.Ordinal);
        Assert.Contains("can be used (PostgreSQL ", Finding(right), StringComparison.Ordinal);
        Assert.All(new[] { form, missing, unreachable, wrong, right }, result => Assert.DoesNotContain("s3cret", result.Errors + result.Output, StringComparison.Ordinal));
    }

    private static string Finding(SlipResult doctor) => (string)doctor.Json["checks"]!.AsArray().Single(check => (string)check!["name"]! == "database")!["finding"]!;

    private static async Task<string> PredictAsync(UpServer server)
    {
        using var body = new StringContent(SmallProject.Request, Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync("/v2/models/small/infer", body, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!["outputs"]!.ToJsonString();
    }
}
