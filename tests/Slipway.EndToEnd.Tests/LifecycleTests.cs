using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Slipway.EndToEnd.Tests;

/// <summary>A new user's first hour: a project of their own, applied, called, changed, rolled back, stopped and started again.</summary>
public sealed class LifecycleTests
{
    private const string Row = """
        {"age": 39, "workclass": "State-gov", "education": "Bachelors", "education_num": 13, "marital_status": "Never-married",
         "occupation": "Adm-clerical", "relationship": "Not-in-family", "race": "White", "sex": "Male", "capital_gain": 2174,
         "capital_loss": 0, "hours_per_week": 40, "native_country": null}
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_project_is_written_applied_called_changed_rolled_back_and_survives_a_restart()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Repository.Sample("income/data/adult.csv.gz"), folder.File("adult.csv.gz"));

        var init = await Slip.RunAsync(folder.Path, ["init", "--data", "adult.csv.gz", "--label", "income", "--model", "income"], Cancel);
        Assert.True(init.ExitCode == 0, init.Errors);
        await File.WriteAllTextAsync(folder.File("slipway.yaml"), Project(rounds: 30), Cancel);

        await using (var server = await UpServer.StartAsync(folder.Path, Cancel))
        {
            var applied = await server.RunAsync(["apply", "--json"], Cancel);
            Assert.True(applied.ExitCode == 0, applied.Errors);
            Assert.Equal("succeeded", (string)applied.Json["state"]!);

            var again = await server.RunAsync(["apply", "--json"], Cancel);
            Assert.False((bool)again.Json["stages"]![4]!["facts"]!["changed"]!);

            var first = await PredictAsync(server);
            Assert.Equal("1.0.0", (string)first["model_version"]!);

            await File.WriteAllTextAsync(folder.File("slipway.yaml"), Project(rounds: 40), Cancel);
            var changed = await server.RunAsync(["apply"], Cancel);
            Assert.True(changed.ExitCode == 0, changed.Errors);
            Assert.Contains("income@1.1.0", changed.Output, StringComparison.Ordinal);
            Assert.Equal("1.1.0", (string)(await PredictAsync(server))["model_version"]!);

            var back = await server.RunAsync(["rollback", "income", "--reason", "test"], Cancel);
            Assert.True(back.ExitCode == 0, back.Errors);
            Assert.Equal(first["outputs"]!.ToJsonString(), (await PredictAsync(server))["outputs"]!.ToJsonString());

            var status = await server.RunAsync(["status", "--json"], Cancel);
            Assert.Equal("income@1.0.0", (string)status.Json["deployments"]![0]!["version"]!);
            Assert.Equal(3, await CountRunsAsync(server, ""));
            Assert.Equal(1, await CountRunsAsync(server, "?limit=1"));

            Assert.Equal(0, (await server.StopAsync(Cancel)).ExitCode);
        }

        await using var restarted = await UpServer.StartAsync(folder.Path, Cancel);
        Assert.Equal("1.0.0", (string)(await PredictAsync(restarted))["model_version"]!);
    }

    [Fact]
    public async Task What_was_acknowledged_before_a_kill_is_there_after_it()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Repository.Sample("income/data/adult.csv.gz"), folder.File("adult.csv.gz"));
        await File.WriteAllTextAsync(folder.File("slipway.yaml"), Project(rounds: 10), Cancel);

        await using (var server = await UpServer.StartAsync(folder.Path, Cancel))
        {
            var applied = await server.RunAsync(["apply"], Cancel);
            Assert.True(applied.ExitCode == 0, applied.Errors);
            await server.KillAsync(Cancel);
        }

        await using var restarted = await UpServer.StartAsync(folder.Path, Cancel);
        Assert.Equal("1.0.0", (string)(await PredictAsync(restarted))["model_version"]!);
    }

    [Fact]
    public async Task Curl_shaped_requests_are_answered_and_wrong_ones_explained()
    {
        using var folder = new TemporaryFolder();
        File.Copy(Repository.Sample("income/data/adult.csv.gz"), folder.File("adult.csv.gz"));
        await File.WriteAllTextAsync(folder.File("slipway.yaml"), Project(rounds: 10), Cancel);
        await using var server = await UpServer.StartAsync(folder.Path, Cancel);
        Assert.Equal(0, (await server.RunAsync(["apply"], Cancel)).ExitCode);

        // `curl -d` says that it sends a form.
        using var form = new StringContent(Request(), Encoding.UTF8, "application/x-www-form-urlencoded");
        using var answered = await server.Http.PostAsync(new Uri("/v2/models/income/infer", UriKind.Relative), form, Cancel);
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);

        foreach (var (body, words) in new[]
        {
            (Request().Replace("\"age\"", "\"agee\"", StringComparison.Ordinal), "age"),
            (Request().Replace("[39]", "[\"NaN\"]", StringComparison.Ordinal), "age"),
            (Request().Replace("\"shape\":[1],\"data\":[39]", "\"shape\":[2],\"data\":[39]", StringComparison.Ordinal), "age"),
            (new string('[', 10_000_000), ""),
        })
        {
            using var wrong = new StringContent(body, Encoding.UTF8, "application/json");
            using var refused = await server.Http.PostAsync(new Uri("/v2/models/income/infer", UriKind.Relative), wrong, Cancel);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
            var error = (string)(await refused.Content.ReadFromJsonAsync<JsonObject>(Cancel))!["error"]!;
            Assert.Contains(words, error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        }

        using var unknown = await server.Http.GetAsync(new Uri("/v2/models/nobody", UriKind.Relative), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private static string Project(int rounds) => $$"""
        model: income
        data:
          sql: select * exclude (split, fnlwgt) from 'adult.csv.gz'
          label: income
        train:
          task: binary
          parameters: { rounds: {{rounds}} }
        validate:
          performance: { auc: ">= 0.85" }
        """;

    private static async Task<int> CountRunsAsync(UpServer server, string query) =>
        (await server.Http.GetFromJsonAsync<JsonArray>($"/api/v1/projects/income/pipelines{query}", Cancel))!.Count;

    private static async Task<JsonObject> PredictAsync(UpServer server)
    {
        var predicted = await server.RunAsync(["predict", "income", "--json", "--row", Row], Cancel);
        Assert.True(predicted.ExitCode == 0, predicted.Errors);
        return predicted.Json;
    }

    private static string Request()
    {
        var inputs = JsonNode.Parse(Row)!.AsObject().Select(cell => new JsonObject
        {
            ["name"] = cell.Key,
            ["datatype"] = cell.Value is JsonValue value && value.TryGetValue<double>(out _) ? "FP64" : "BYTES",
            ["shape"] = new JsonArray(1),
            ["data"] = new JsonArray(cell.Value?.DeepClone()),
        });
        return new JsonObject { ["inputs"] = new JsonArray([.. inputs]) }.ToJsonString();
    }
}
