using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Diff;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Predictions;
using Slipway.Registry;
using Slipway.Watch.Tests.Monitoring.Predictions;

namespace Slipway.Watch.Tests.Monitoring.Diff;

/// <summary>Two versions side by side, over HTTP on a server with real models, rows and a log.</summary>
public sealed class DiffTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Versions_without_data_are_compared_on_what_callers_sent()
    {
        await using var host = await ExplainHost.StartAsync();
        var answers = (await host.AskAsync("many", temps: [5, 15, 30])).GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var others = (await host.ReplayAsync("many", "1.1.0")).GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("outputs")[0].GetProperty("replayed").GetDouble()).ToArray();

        var diff = await DiffAsync(host, "bike-demand@1.0.0", "bike-demand@1.1.0");

        var rows = diff.GetProperty("sameRows");
        Assert.Equal(3, rows.GetProperty("rows").GetInt32());
        Assert.Equal("3 rows that the log has of callers of 1.0.0, the newest.", Text(rows, "source"));
        var differences = answers.Zip(others, (a, b) => Math.Abs(a - b)).ToArray();
        Assert.Equal((differences.Max(), 0), (rows.GetProperty("predictions").GetProperty("max").GetDouble(), rows.GetProperty("predictions").GetProperty("same").GetInt32()));
        Assert.Equal(differences.Average(), rows.GetProperty("predictions").GetProperty("mean").GetDouble(), 1e-9);
        var most = rows.GetProperty("predictions").GetProperty("most");
        Assert.Equal(differences.Max(), most[0].GetProperty("difference").GetDouble());
        Assert.Equal("summer", Text(most[0].GetProperty("inputs"), "season"));
        Assert.StartsWith("many/", Text(most[0], "row"), StringComparison.Ordinal);
        Assert.True(rows.GetProperty("speed").GetProperty("a").GetDouble() > 0 && rows.GetProperty("speed").GetProperty("b").GetDouble() > 0);
        Assert.Equal(3, rows.GetProperty("speed").GetProperty("rowsARun").GetInt32());

        Assert.Equal("The data of neither is known.", Text(diff.GetProperty("data"), "note"));
        Assert.Equal((3, 3, 0), (Callers(diff, "requests"), Callers(diff, "served"), Callers(diff, "refused")));
        Assert.Equal(["bikes"], diff.GetProperty("callers").GetProperty("deployments").EnumerateArray().Select(d => d.GetString()));
        Assert.Empty(diff.GetProperty("signature").GetProperty("breaking").EnumerateArray());
        Assert.All(["a", "b"], side => Assert.True(diff.GetProperty(side).GetProperty("bytes").GetInt64() > 0));
    }

    [Fact]
    public async Task Where_nothing_was_recorded_the_comparison_says_so()
    {
        await using var host = await ExplainHost.StartAsync();

        var diff = await DiffAsync(host, "bike-demand@1.0.0", "bike-demand@1.1.0");

        Assert.Equal("The prediction log has no request that bike-demand@1.0.0 answered, so nothing is known of its callers.", Text(diff.GetProperty("callers"), "note"));
        Assert.Equal((0, "There are no rows that both take. No data of either is known, and the log has no request of the first."), (diff.GetProperty("sameRows").GetProperty("rows").GetInt32(), Text(diff.GetProperty("sameRows"), "source")));
    }

    [Fact]
    public async Task Versions_with_data_are_compared_on_the_rows_that_were_held_out_by_metric_and_segment_and_their_data_by_column()
    {
        await using var host = await ExplainHost.StartAsync();
        host.Project.Of["elsewhere"] = new ProjectConfig { Model = "bike-demand", Data = new DataSection("", null, "cnt", ["season"], 1) };
        var recipe = new Dictionary<string, string> { ["split.by"] = "random", ["split.test"] = "0.25", ["seed"] = "3", ["rounds"] = "10" };
        await host.AddAsync("bike-demand", "first", await DataAsync(host, recipe, "temp, season, cnt, 1 as old"), new Dictionary<string, double> { ["rmse"] = 4, ["seconds"] = 2 });
        await host.AddAsync("bike-demand", "second", await DataAsync(host, recipe.ToDictionary(r => r.Key, r => r.Key == "rounds" ? "20" : r.Value), "temp + 10 as temp, season, cnt"), new Dictionary<string, double> { ["rmse"] = 3, ["seconds"] = 1 });

        var versions = (await host.Get<IModelRegistry>().ListAsync("bike-demand", 1000, null, Cancel)).Take(2).Select(v => v.Reference.ToString()).Reverse().ToArray();
        var diff = await DiffAsync(host, versions[0], versions[1]);

        var rows = diff.GetProperty("sameRows");
        Assert.Equal(100, rows.GetProperty("rows").GetInt32());
        Assert.Contains("held out", Text(rows, "source"), StringComparison.Ordinal);
        Assert.Contains("may have learned from some of them", Text(rows, "source"), StringComparison.Ordinal);
        Assert.Equal(["mae", "mape", "r2", "rmse"], rows.GetProperty("metrics").EnumerateArray().Select(m => Text(m, "metric")));
        Assert.Equal(["season=summer", "season=winter"], rows.GetProperty("segments").EnumerateArray().Select(s => Text(s, "segment")).Order());
        Assert.Equal(100, rows.GetProperty("segments").EnumerateArray().Sum(s => s.GetProperty("rows").GetInt32()));

        Assert.Equal(["rounds 10 20"], diff.GetProperty("recipe").EnumerateArray().Select(v => $"{Text(v, "name")} {Text(v, "a")} {Text(v, "b")}"));
        Assert.Equal(["rmse b", "seconds "], diff.GetProperty("registered").EnumerateArray().Select(m => $"{Text(m, "metric")} {(m.TryGetProperty("better", out var better) ? better.GetString() : "")}"));
        var columns = diff.GetProperty("data").GetProperty("columns").EnumerateArray().ToDictionary(c => Text(c, "column"));
        Assert.Equal(("removed", "values"), (Text(columns["old"], "change"), Text(columns["temp"], "change")));
        Assert.True(columns["temp"].GetProperty("psi").GetDouble() > 0.25);
        Assert.Equal(10, columns["temp"].GetProperty("meanB").GetDouble() - columns["temp"].GetProperty("meanA").GetDouble(), 1e-9);
        Assert.DoesNotContain("season", columns.Keys);
    }

    [Fact]
    public async Task Callers_that_the_other_version_would_refuse_are_told_with_what_they_lack_and_what_is_too_much()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync("a", temps: [1, 2]);
        await host.AddAsync("rain", "rain");

        var diff = await DiffAsync(host, "bike-demand@1.0.0", "rain@1.0.0");

        var callers = diff.GetProperty("callers");
        Assert.Equal((2, 0, 2), (Callers(diff, "requests"), Callers(diff, "served"), Callers(diff, "refused")));
        Assert.Contains("season", callers.GetProperty("extra").EnumerateArray().Select(e => e.GetString()));
        Assert.NotEmpty(callers.GetProperty("lacking").EnumerateArray());
        Assert.Contains("rain@1.0.0", Text(callers.GetProperty("reasons")[0], "sentence"), StringComparison.Ordinal);
        Assert.Equal(2, callers.GetProperty("reasons")[0].GetProperty("rows").GetInt32());
        Assert.StartsWith("There are no rows that both take.", Text(diff.GetProperty("sameRows"), "source"), StringComparison.Ordinal);
        Assert.NotEmpty(diff.GetProperty("signature").GetProperty("breaking").EnumerateArray());
    }

    [Fact]
    public async Task A_caller_that_sends_one_matrix_is_served_only_while_its_columns_stand_for_the_same()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync("a");
        var asked = await host.Get<IModelRegistry>().GetAsync(host.First, Cancel);
        await host.Get<PredictionLog>().DrainAsync(Cancel);
        var batch = Assert.Single(await host.Get<IPredictionHistory>().ReadNewestAsync("bikes", asked.Reference, 10, Cancel));
        IReadOnlyList<LoggedRow> rows = [new LoggedRow(batch with { Inputs = [new VectorValues("table", [[1, 2]])] }, 0)];
        var table = asked with { Signature = asked.Signature with { Inputs = [new TensorSpec("temp", TensorType.Float64, [-1]), new TensorSpec("hum", TensorType.Float64, [-1])] } };
        var turned = table with { Signature = table.Signature with { Inputs = [.. table.Signature.Inputs.Reverse()] } };
        var wider = table with { Signature = table.Signature with { Inputs = [.. table.Signature.Inputs, new TensorSpec("wind", TensorType.Float64, [-1], Optional: true)] } };

        Assert.Equal((1, 0, 0), (CallerCheck.Check(table, table, rows).Served, CallerCheck.Check(table, turned, rows).Served, CallerCheck.Check(table, wider, rows).Served));
        Assert.Contains("scored wrongly without a word", CallerCheck.Check(table, turned, rows).Reasons[0].Sentence, StringComparison.Ordinal);
        Assert.Contains("takes 3 columns", CallerCheck.Check(table, wider, rows).Reasons[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_artifact_that_is_gone_is_told_in_its_place_and_the_rest_is_compared()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync("a");
        var second = await host.Get<IModelRegistry>().GetAsync(host.Second, Cancel);
        File.Delete(Path.Combine(host.Folder, "blobs", "sha256", second.ArtifactDigest[..2], second.ArtifactDigest[2..]));

        var diff = await DiffAsync(host, "bike-demand@1.0.0", "bike-demand@1.1.0");

        Assert.False(diff.GetProperty("b").TryGetProperty("bytes", out _));
        Assert.Contains(second.ArtifactDigest, Text(diff.GetProperty("sameRows"), "source"), StringComparison.Ordinal);
        Assert.Equal(1, Callers(diff, "served"));
    }

    [Theory]
    [InlineData("a=bike-demand@1.0.0&b=bike-demand@1.0.0", HttpStatusCode.BadRequest, "cannot be compared with itself")]
    [InlineData("a=bike-demand@1.0.0&b=bike-demand@9.9.9", HttpStatusCode.NotFound, "has no version 9.9.9")]
    [InlineData("a=bike-demand@1.0.0", HttpStatusCode.BadRequest, "'b' is missing")]
    [InlineData("a=bike-demand&b=bike-demand@1.1.0", HttpStatusCode.BadRequest, "'bike-demand' does not name a model version")]
    public async Task What_cannot_be_compared_is_refused(string query, HttpStatusCode expected, string sentence)
    {
        await using var host = await ExplainHost.StartAsync();

        Assert.Contains(sentence, Text(await host.SendAsync(HttpMethod.Get, $"/api/v1/models/diff?{query}", expected), "detail"), StringComparison.Ordinal);
    }

    private static Task<JsonElement> DiffAsync(ExplainHost host, string a, string b) => host.SendAsync(HttpMethod.Get, $"/api/v1/models/diff?a={a}&b={b}", HttpStatusCode.OK);

    private static async Task<Lineage> DataAsync(ExplainHost host, Dictionary<string, string> recipe, string columns)
    {
        var folder = Directory.CreateTempSubdirectory("slipway-diff-");
        try
        {
            var text = new StringBuilder("temp,season,cnt\n");
            for (var i = 0; i < 400; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{i % 40},{(i % 3 == 0 ? "winter" : "summer")},{((i % 40) * 3) + 1}\n");
            }

            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "rows.csv"), text.ToString(), Cancel);
            var snapshot = await host.Get<IDatasets>().SnapshotAsync(new DatasetQuery("bike-demand", $"select {columns} from 'rows.csv'", folder.FullName, Label: "cnt"), Actor.Local, Cancel);
            return new Lineage(snapshot.Version.Name, snapshot.Version.Digest, recipe, null, null);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int Callers(JsonElement diff, string name) => diff.GetProperty("callers").GetProperty(name).GetInt32();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
