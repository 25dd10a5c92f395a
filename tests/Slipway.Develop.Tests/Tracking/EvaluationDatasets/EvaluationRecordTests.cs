using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.EvaluationDatasets;

public abstract class EvaluationRecordTests(TrackingServer server)
{
    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_record_is_answered_as_it_was_sent()
    {
        var id = await CreateAsync();
        const string Record = """
            {"inputs": {"frage": "größe <b>?", "n": [1, 2.50, null, {"a": true}]}, "outputs": "日本", "expectations": {"exact": 1e2},
             "tags": {"mlflow.user": "ann", "k": "v"}, "source": {"source_type": "TRACE", "source_data": {"trace_id": "tr-1"}}}
            """;

        Assert.Equal((1, 0), await UpsertAsync(id, $"[{Record}]"));
        var record = Assert.Single(await RecordsAsync(id));

        Assert.Matches("^dr-[0-9a-f]{32}$", record.Text("dataset_record_id"));
        Assert.Equal((id, "tr-1", "TRACE", "ann", "ann"), (record.Text("dataset_id"), record.Text("source_id"), record.Text("source_type"), record.Text("created_by"), record.Text("last_updated_by")));
        Assert.Equal("""{"frage":"größe \u003Cb\u003E?","n":[1,2.50,null,{"a":true}]}""", record.GetProperty("inputs").GetRawText());
        Assert.Equal(("日本", "{\"exact\":1e2}"), (record.Text("outputs"), record.GetProperty("expectations").GetRawText()));
        Assert.Equal("""{"source_type":"TRACE","source_data":{"trace_id":"tr-1"}}""", record.GetProperty("source").GetRawText());
    }

    [Fact]
    public async Task A_record_with_the_same_inputs_is_the_same_record_and_comes_together_with_it()
    {
        var id = await CreateAsync();
        await UpsertAsync(id, """[{"inputs": {"a": {"x": 1, "y": 1.50}, "b": "é"}, "outputs": {"o": 1}, "expectations": {"p": 1, "q": 1}, "tags": {"t": "1"}, "source": {"source_type": "HUMAN", "source_data": {"source_id": "u"}}}]""");
        var before = Assert.Single(await RecordsAsync(id));
        server.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal((1, 2), await UpsertAsync(id, """
            [{"inputs": {"b": "\u00e9", "a": {"y": 15e-1, "x": 1}}, "expectations": {"q": 2, "r": null}, "tags": {"u": "2"}, "source": {"source_type": "CODE"}},
             {"inputs": {"a": {"x": 1.0, "y": 1.5}, "b": "é"}},
             {"inputs": {"b": "é", "a": {"x": 1, "y": 1.5}}, "outputs": ["new"]}]
            """));
        var records = await RecordsAsync(id);

        Assert.Equal(2, records.Count);
        Assert.Equal(before.Text("dataset_record_id"), records[0].Text("dataset_record_id"));
        Assert.Equal("""{"p":1,"q":2,"r":null}""", records[0].GetProperty("expectations").GetRawText());
        Assert.Equal("""{"t":"1","u":"2"}""", records[0].GetProperty("tags").GetRawText());
        Assert.Equal("""["new"]""", records[0].GetProperty("outputs").GetRawText());
        Assert.Equal(("HUMAN", "u"), (records[0].Text("source_type"), records[0].Text("source_id")));
        Assert.True(records[0].GetProperty("last_update_time").GetInt64() > records[0].GetProperty("created_time").GetInt64());
    }

    [Fact]
    public async Task Schema_and_profile_say_what_the_records_have()
    {
        var id = await CreateAsync();
        await UpsertAsync(id, """[{"inputs": {"a": 1, "b": "x"}, "outputs": "text", "expectations": {"e": true}}]""");
        await UpsertAsync(id, """[{"inputs": {"a": 1.5, "c": []}, "outputs": {"o": {}}, "expectations": {"n": null}}, {"inputs": {"b": "y"}}]""");
        var full = await GetAsync(id);
        var deleted = await _client.Call3Async("DELETE", $"datasets/{id}/records", new { dataset_record_ids = new[] { (await RecordsAsync(id))[0].Text("dataset_record_id"), "dr-none" } });

        Assert.Equal("""{"inputs":{"a":"mixed","b":"string","c":"array"},"outputs":{"o":"object"},"expectations":{"e":"boolean","n":"null"},"version":"1.0"}""", full.Text("schema"));
        Assert.Equal("""{"num_records":3}""", full.Text("profile"));
        Assert.Equal("""{"deleted_count":1}""", deleted.GetRawText());
        Assert.Equal("""{"num_records":2}""", (await GetAsync(id)).Text("profile"));
    }

    [Fact]
    public async Task Records_come_page_by_page_in_their_order_and_a_token_is_of_its_own_dataset()
    {
        var (id, other) = (await CreateAsync(), await CreateAsync());
        await UpsertAsync(id, $"[{string.Join(',', Enumerable.Range(0, 7).Select(i => $$$"""{"inputs": {"i": {{{6 - i}}}}}"""))}]");
        await UpsertAsync(other, """[{"inputs": {"i": 1}}]""");

        var seen = new List<int>();
        string? token = null;
        do
        {
            var page = await _client.Call3Async("GET", WireClientThree.Query($"datasets/{id}/records", ("max_results", 3), ("page_token", token ?? "")));
            seen.AddRange(Parse(page).Select(record => record.GetProperty("inputs").GetProperty("i").GetInt32()));
            token = page.Text("next_page_token") ?? token;
            if (!page.TryGetProperty("next_page_token", out _))
            {
                break;
            }
        }
        while (true);

        Assert.Equal([6, 5, 4, 3, 2, 1, 0], seen);
        Assert.Contains("page token", (await _client.Try3Async("GET", WireClientThree.Query($"datasets/{other}/records", ("page_token", token!)))).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, (await _client.Try3Async("GET", WireClientThree.Query($"datasets/{id}/records", ("max_results", 0)))).Status);
        Assert.Equal("[]", (await _client.Call3Async("GET", $"datasets/{await CreateAsync()}/records")).Text("records"));
    }

    [Fact]
    public async Task A_page_has_a_thousand_records_however_many_are_asked_for_and_a_request_ten_thousand()
    {
        var id = await CreateAsync();
        var many = $"[{string.Join(',', Enumerable.Range(0, 1001).Select(i => $$$"""{"inputs": {"i": {{{i}}}}}"""))}]";
        Assert.Equal((1001, 0), await UpsertAsync(id, many));

        Assert.Equal(1000, Parse(await _client.Call3Async("GET", WireClientThree.Query($"datasets/{id}/records", ("max_results", 5000)))).Count);
        Assert.Equal((0, 10_000), await UpsertAsync(id, $"[{string.Join(',', Enumerable.Repeat("""{"inputs":{"i":1}}""", 10_000))}]"));
        var more = await _client.Try3Async("POST", $"datasets/{id}/records", new { records = $"[{string.Join(',', Enumerable.Repeat("""{"inputs":{"i":1}}""", 10_001))}]" });
        Assert.Contains("at most 10000 records", more.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", "'records'")]
    [InlineData("""{"records": []}""", "It is a text")]
    [InlineData("""{"records": "{}"}""", "list as JSON")]
    [InlineData("""{"records": "[1]"}""", "records[0]")]
    [InlineData("""{"records": "[{\"inputs\": {\"a\": NaN}}]"}""", "NaN")]
    [InlineData("""{"records": "[{\"outputs\": 1}]"}""", "records[0].inputs")]
    [InlineData("""{"records": "[{\"inputs\": {}}, {\"inputs\": \"text\"}]"}""", "records[1].inputs")]
    [InlineData("""{"records": "[{\"inputs\": {}, \"expectations\": []}]"}""", "records[0].expectations")]
    [InlineData("""{"records": "[{\"inputs\": {}, \"tags\": 3}]"}""", "records[0].tags")]
    [InlineData("""{"records": "[{\"inputs\": {}, \"source\": {\"source_type\": \"DREAM\"}}]"}""", "TRACE, HUMAN, DOCUMENT, CODE")]
    public async Task What_cannot_be_records_is_told_why_and_nothing_of_it_is_kept(string fields, string said)
    {
        var id = await CreateAsync();

        var answer = await _client.SendAsync(HttpMethod.Post, $"/api/3.0/mlflow/datasets/{id}/records", fields);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(said, answer.Message, StringComparison.Ordinal);
        Assert.Empty(await RecordsAsync(id));
    }

    [Fact]
    public async Task Of_many_that_send_the_same_inputs_at_once_one_inserts_and_the_others_update()
    {
        var id = await CreateAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => UpsertAsync(id, $$$"""[{"inputs": {"q": "same"}, "expectations": {"e{{{i}}}": {{{i}}} } }]""")));

        Assert.Equal(1, answers.Sum(answer => answer.Inserted));
        Assert.Equal(16, Assert.Single(await RecordsAsync(id)).GetProperty("expectations").EnumerateObject().Count());
    }

    private static List<JsonElement> Parse(JsonElement page) => [.. JsonDocument.Parse(page.Text("records")!).RootElement.EnumerateArray()];

    private async Task<string> CreateAsync() => (await _client.Call3Async("POST", "datasets/create", new { name = "records" })).GetProperty("dataset").Text("dataset_id")!;

    private async Task<JsonElement> GetAsync(string id) => (await _client.Call3Async("GET", $"datasets/{id}")).GetProperty("dataset");

    private async Task<IReadOnlyList<JsonElement>> RecordsAsync(string id) => Parse(await _client.Call3Async("GET", $"datasets/{id}/records"));

    private async Task<(int Inserted, int Updated)> UpsertAsync(string id, string records)
    {
        var answer = await _client.Call3Async("POST", $"datasets/{id}/records", new { records });
        return (answer.GetProperty("inserted_count").GetInt32(), answer.GetProperty("updated_count").GetInt32());
    }
}

public sealed class EvaluationRecordOnSqliteTests(TrackingServer server) : EvaluationRecordTests(server), IClassFixture<TrackingServer>;

public sealed class EvaluationRecordOnPostgreSqlTests(PostgreSqlTrackingServer server) : EvaluationRecordTests(server), IClassFixture<PostgreSqlTrackingServer>;
