using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.GraphQl;

public sealed class GraphQlTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_page_gets_a_run_with_what_it_logged_and_its_experiment()
    {
        // As MLflow's pages send it, with the names of types that their client adds.
        const string Query = """
            query GetRun($data: MlflowGetRunInput!) @component(name: "MLflow.ExperimentRunTracking") {
              mlflowGetRun(input: $data) {
                apiError { helpUrl code message __typename }
                run {
                  info { runName status runUuid experimentId endTime lifecycleStage startTime }
                  experiment { experimentId name tags { key value } lifecycleStage }
                  modelVersions { name version }
                  data { metrics { key value step timestamp } params { key value } tags { key } }
                  inputs { datasetInputs { dataset { name } } }
                  __typename
                }
              }
            }
            """;
        var experiment = await _client.CreateExperimentAsync("größe <b> " + Guid.NewGuid());
        var run = await _client.CreateRunAsync(experiment, "läuft <i>");
        await _client.LogMetricAsync(run, "acc", 0.5, step: 9_007_199_254_740_993);
        await _client.LogMetricAsync(run, "nan", "NaN");
        await _client.PostAsync("runs/log-parameter", new { run_id = run, key = "lr", value = "0.1" });

        var answer = await AskAsync(Query, new { data = new { runId = run } }, "GetRun");

        Assert.False(answer.TryGetProperty("errors", out _), answer.GetRawText());
        var found = answer.GetProperty("data").GetProperty("mlflowGetRun");
        Assert.Equal(JsonValueKind.Null, found.GetProperty("apiError").ValueKind);
        var data = found.GetProperty("run");
        Assert.Equal($$"""{"runName":"läuft \u003Ci\u003E","status":"RUNNING","runUuid":"{{run}}","experimentId":"{{experiment}}","endTime":null,"lifecycleStage":"active","startTime":"1700000000000"}""", data.GetProperty("info").GetRawText());
        Assert.StartsWith($$"""{"experimentId":"{{experiment}}","name":"größe \u003Cb\u003E""", data.GetProperty("experiment").GetRawText(), StringComparison.Ordinal);
        Assert.Equal(
            """[{"key":"acc","value":0.5,"step":"9007199254740993","timestamp":"1700000000000"},{"key":"nan","value":"NaN","step":"0","timestamp":"1700000000000"}]""",
            $"[{string.Join(',', data.GetProperty("data").GetProperty("metrics").EnumerateArray().Select(metric => metric.GetRawText()).Order(StringComparer.Ordinal))}]");
        Assert.Equal("""[{"key":"lr","value":"0.1"}]""", data.GetProperty("data").GetProperty("params").GetRawText());
        Assert.Equal(("[]", "[]", "MlflowRunExtension"), (data.GetProperty("inputs").GetProperty("datasetInputs").GetRawText(), data.GetProperty("modelVersions").GetRawText(), data.Text("__typename")));
    }

    [Fact]
    public async Task Runs_are_searched_in_a_query_and_in_a_mutation_page_by_page()
    {
        var experiment = await _client.CreateExperimentAsync();
        foreach (var name in new[] { "a", "b", "c" })
        {
            await _client.CreateRunAsync(experiment, name);
        }

        const string Fields = """
            mlflowSearchRuns(input: {experimentIds: $ids, maxResults: 2, runViewType: ACTIVE_ONLY, orderBy: ["run_name"], pageToken: $page}) {
              runs { info { ...named } experiment { name } } nextPageToken
            }
            """;
        var fragment = "fragment named on MlflowRunInfo { runName }";
        var first = await AskAsync($"query ($ids: [String], $page: String) {{ {Fields} }} {fragment}", new { ids = new[] { experiment } });
        var page = first.GetProperty("data").GetProperty("mlflowSearchRuns");
        var second = await AskAsync($"mutation ($ids: [String], $page: String) {{ {Fields} }} {fragment}", new { ids = new[] { experiment }, page = page.Text("nextPageToken") });

        Assert.Equal(["a", "b"], NamesOf(first));
        Assert.Equal(["c"], NamesOf(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("data").GetProperty("mlflowSearchRuns").GetProperty("nextPageToken").ValueKind);

        static IEnumerable<string?> NamesOf(JsonElement answer) =>
            answer.GetProperty("data").GetProperty("mlflowSearchRuns").GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("info").Text("runName"));
    }

    [Fact]
    public async Task Histories_artifacts_experiments_and_datasets_are_answered_like_by_the_routes()
    {
        var experiment = await _client.CreateExperimentAsync();
        var run = await _client.CreateRunAsync(experiment);
        await _client.LogMetricAsync(run, "acc", 1, step: 1);
        await _client.LogMetricAsync(run, "acc", 2, step: 2);
        await _client.PostAsync("runs/log-inputs", new { run_id = run, datasets = new[] { new { dataset = new { name = "rows", digest = "d1", source_type = "local", source = "x" } } } });
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
        using var content = new ByteArrayContent([1, 2, 3]);
        (await http.PutAsync($"/api/2.0/mlflow-artifacts/artifacts/{experiment}/{run}/artifacts/größe.bin", content, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();

        var answer = await AskAsync(
            """
            query Q($run: String, $e: String!) {
              h: mlflowGetMetricHistoryBulkInterval(input: {runIds: [$run], metricKey: "acc", startStep: 2, endStep: 9, maxResults: 10}) { metrics { runId key value step } }
              f: mlflowListArtifacts(input: {runId: $run}) { rootUri files { path isDir fileSize } }
              e: mlflowGetExperiment(input: {experimentId: $e}) { experiment { experimentId creationTime } }
              d: mlflowSearchDatasets(input: {experimentIds: [$e]}) { datasetSummaries { name digest context } }
            }
            """,
            new { run, e = experiment });

        Assert.False(answer.TryGetProperty("errors", out _), answer.GetRawText());
        var data = answer.GetProperty("data");
        Assert.Equal($$"""{"metrics":[{"runId":"{{run}}","key":"acc","value":2,"step":"2"}]}""", data.GetProperty("h").GetRawText());
        Assert.Equal($$"""{"rootUri":"mlflow-artifacts:/{{experiment}}/{{run}}/artifacts","files":[{"path":"größe.bin","isDir":false,"fileSize":"3"}]}""", data.GetProperty("f").GetRawText());
        Assert.Equal($$$"""{"experiment":{"experimentId":"{{{experiment}}}","creationTime":"{{{server.Time.GetUtcNow().ToUnixTimeMilliseconds()}}}"}}""", data.GetProperty("e").GetRawText());
        Assert.Equal("""{"datasetSummaries":[{"name":"rows","digest":"d1","context":null}]}""", data.GetProperty("d").GetRawText());
    }

    [Fact]
    public async Task What_is_not_there_is_null_with_a_sentence_and_the_rest_is_answered()
    {
        var answer = await AskAsync("""{ a: mlflowGetRun(input: {runId: "nothing"}) { run { info { runId } } } b: mlflowGetExperiment(input: {experimentId: "0"}) { experiment { name } } }""");

        Assert.Equal("""{"a":null,"b":{"experiment":{"name":"Default"}}}""", answer.GetProperty("data").GetRawText());
        Assert.Equal("""[{"message":"Run with id=nothing not found","path":["a"],"extensions":{"code":"RESOURCE_DOES_NOT_EXIST"}}]""", answer.GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task Fields_can_be_skipped_and_selections_of_one_name_come_together()
    {
        const string Query = """
            query ($yes: Boolean = true) {
              e: mlflowGetExperiment(input: {experimentId: "0"}) {
                experiment { name @skip(if: $yes) }
                ... on MlflowGetExperimentResponse { experiment { lifecycleStage @include(if: $yes) experimentId @include(if: false) } }
              }
              __typename
            }
            """;

        Assert.Equal("""{"e":{"experiment":{"lifecycleStage":"active"}},"__typename":"Query"}""", (await AskAsync(Query)).GetProperty("data").GetRawText());
        Assert.Equal("""{"e":{"experiment":{"name":"Default"}},"__typename":"Query"}""", (await AskAsync(Query, new { yes = false })).GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task A_query_may_stand_in_the_address_and_below_the_prefix_of_pages()
    {
        var query = Uri.EscapeDataString("query A($e: String) { mlflowGetExperiment(input: {experimentId: $e}) { experiment { name } } }");
        var variables = Uri.EscapeDataString("""{"e": "0"}""");

        foreach (var path in new[] { "/graphql", "/ajax-api/graphql" })
        {
            var answer = await _client.SendAsync(HttpMethod.Get, $"{path}?query={query}&variables={variables}", null);
            Assert.Equal("""{"data":{"mlflowGetExperiment":{"experiment":{"name":"Default"}}}}""", answer.Text);
        }
    }

    [Theory]
    [InlineData("{ mlflowGetRun", "cannot be read at line 1")]
    [InlineData("", "'query'")]
    [InlineData("{ nothing }", "There is no field 'nothing' in Query. It has mlflowGetExperiment")]
    [InlineData("mutation { deleteAll }", "in Mutation")]
    [InlineData("subscription { mlflowGetRun(input: {}) { run { info { runId } } } }", "Subscriptions")]
    [InlineData("{ __schema { types { name } } }", "no field '__schema'")]
    [InlineData("""{ mlflowGetRun(input: {runId: "a"}) }""", "say which of its fields")]
    [InlineData("""{ mlflowGetRun(input: {runId: "a"}) { run { colour } } }""", "There is no field 'colour' in MlflowRunExtension")]
    [InlineData("""{ mlflowGetRun(input: {runId: "a"}) { run { info { runId { x } } } } }""", "has no fields of its own")]
    [InlineData("{ mlflowGetRun { run { info { runId } } } }", "needs the argument 'input'")]
    [InlineData("{ mlflowGetRun(input: 3) { run { info { runId } } } }", "is an object")]
    [InlineData("""{ mlflowGetRun(input: {run_id: "a"}) { run { info { runId } } } }""", "has no 'run_id'. It has runId, runUuid")]
    [InlineData("{ mlflowGetRun(input: $data) { run { info { runId } } } }", "$data is not declared")]
    [InlineData("""{ mlflowGetRun(input: {runId: 7}) { run { info { runId } } } }""", "It is a text")]
    [InlineData("""{ mlflowSearchRuns(input: {experimentIds: ["0"], filter: "x"}) { runs { info { runId } } } }""", "filter")]
    [InlineData("query A { __typename } query B { __typename }", "operationName")]
    [InlineData("fragment f on Query { __typename }", "no query")]
    [InlineData("{ ...f } fragment f on Query { ...f }", "contains itself")]
    [InlineData("{ ...f }", "There is no fragment 'f'")]
    [InlineData("{ ...f } fragment f on MlflowRun { __typename }", "cannot stand in Query")]
    [InlineData("{ a: __typename a: __typename }", "Two different fields")]
    public async Task What_cannot_be_answered_is_told_why(string query, string said)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/graphql", JsonSerializer.Serialize(new { query }));

        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.BadRequest, answer.Text);
        var message = answer.Status == HttpStatusCode.OK ? answer.Json.GetProperty("errors")[0].Text("message")! : answer.Message;
        Assert.Contains(said, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_query_asks_for_as_much_as_its_bounds_and_no_more()
    {
        // Ten fields of the root, ten aliases beside each other, a thousand selections.
        await IsTakenAsync(Aliases(10), null);
        await IsTakenAsync(Aliases(11), "10 aliases");
        const string Experiment = """mlflowGetExperiment(input: {experimentId: "0"}) { experiment { """;
        await IsTakenAsync($"{Experiment} {string.Concat(Enumerable.Repeat("name ", 998))} }} }}", null);
        await IsTakenAsync($"{Experiment} {string.Concat(Enumerable.Repeat("name ", 999))} }} }}", "1000 selections");
        await IsTakenAsync(string.Concat(Aliases(10), "__typename"), "10 root fields");
        await IsTakenAsync($"__typename {string.Concat(Enumerable.Repeat("... on Query { ", 90))} __typename {new string('}', 90)}", "levels");
        await IsTakenAsync($"{string.Concat(Enumerable.Repeat("... on Query { ", 3_000))} __typename {new string('}', 3_000)}", "levels");
        await IsTakenAsync(new string(' ', 50_000), "50000 characters");

        // A few fragments that would be a million selections.
        var bomb = string.Concat(Enumerable.Range(0, 20).Select(i => $"fragment f{i} on MlflowExperiment {{ ...f{i + 1} ...f{i + 1} }} ")) + "fragment f20 on MlflowExperiment { name }";
        Assert.Contains("1000 selections", (await AskAsync($"{{ {Experiment} ...f0 }} }} }} {bomb}")).GetProperty("errors")[0].Text("message"), StringComparison.Ordinal);

        static string Aliases(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"a{i}: __typename "));
    }

    [Fact]
    public async Task A_body_that_is_too_large_or_no_JSON_is_refused()
    {
        var large = await _client.SendAsync(HttpMethod.Post, "/graphql", JsonSerializer.Serialize(new { query = new string('x', 1_000_000) }));
        var broken = await _client.SendAsync(HttpMethod.Post, "/graphql", "{");

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (large.Status, large.ErrorCode));
        Assert.Contains("1000000 bytes", large.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, broken.Status);
    }

    private async Task IsTakenAsync(string selection, string? said)
    {
        var answer = await AskAsync($"{{ {selection} }}");
        Assert.Equal(said is null, !answer.TryGetProperty("errors", out var errors));
        if (said is not null)
        {
            Assert.Contains(said, errors[0].Text("message"), StringComparison.Ordinal);
        }
    }

    private async Task<JsonElement> AskAsync(string query, object? variables = null, string? operationName = null)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/graphql", JsonSerializer.Serialize(new { query, variables, operationName }));
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer.Json;
    }
}
