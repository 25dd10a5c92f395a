using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving.TensorFlow;

public sealed class PredictTests(OtherServers servers) : IClassFixture<OtherServers>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"instances":[{"temp":20,"season":"summer"}]}""", "predictions")]
    [InlineData("""{"instances":[{"season":["summer"],"temp":[20.0]}]}""", "predictions")]
    [InlineData("""{"instances":[[20,"summer"]]}""", "predictions")]
    [InlineData("""{"instances":[{"temp":2e1,"season":{"b64":"c3VtbWVy"}}],"signature_name":"serving_default"}""", "predictions")]
    [InlineData("""{"inputs":{"temp":[20],"season":["summer"]}}""", "outputs")]
    [InlineData("""{"inputs":{"season":[["su\u006dmer"]],"temp":[[20]]},"else":[{"a":[NaN,{}]},null,-Infinity,1e999]}""", "outputs")]
    [InlineData("""{"inputs":[[20,"summer"]]}""", "outputs")]
    public async Task Rows_and_columns_are_answered_alike_with_the_only_output_unwrapped(string body, string member)
    {
        var answer = await servers.PredictAsync("bikes", body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(ServingServer.Second, Assert.Single(answer.Json.GetProperty(member).EnumerateArray()).GetDouble(), 1e-12);
        Assert.Equal(member, Assert.Single(answer.Json.EnumerateObject()).Name);
    }

    [Fact]
    public async Task Missing_values_are_null_or_NaN_and_several_rows_are_several_answers()
    {
        var answer = await servers.PredictAsync("bikes", """{"instances":[{"temp":20,"season":"summer"},{"temp":null,"season":null},{"temp":NaN,"season":null}]}""");

        Assert.Equal([ServingServer.Second, 1035.974826685861, 1035.974826685861], answer.Json.GetProperty("predictions").EnumerateArray().Select(p => p.GetDouble()));
    }

    [Fact]
    public async Task Several_outputs_are_objects_by_row_and_one_object_by_column()
    {
        var rows = await servers.PredictAsync("rain", """{"instances":[[95,990],[20,1040]]}""");
        var columns = await servers.PredictAsync("rain", """{"inputs":[[95,990],[20,1040]]}""");

        var predictions = rows.Json.GetProperty("predictions");
        Assert.Equal(2, predictions.GetArrayLength());
        Assert.Equal(0.8238947781068905, predictions[0].GetProperty("probability").GetDouble(), 1e-12);
        Assert.Equal("rain \"☔\"", predictions[0].GetProperty("label").GetString());
        Assert.Equal("dry", predictions[1].GetProperty("label").GetString());
        var outputs = columns.Json.GetProperty("outputs");
        Assert.Equal(["probability", "label"], outputs.EnumerateObject().Select(o => o.Name));
        Assert.Equal("dry", outputs.GetProperty("label")[1].GetString());
        Assert.Equal(predictions[1].GetProperty("probability").GetDouble(), outputs.GetProperty("probability")[1].GetDouble());
    }

    [Theory]
    [InlineData("linear", """{"instances":[[1,2,3],[4,5,6]]}""", "[[6.25,10],[16,20.5]]")]
    [InlineData("linear", """{"instances":[{"x":[1,2,3]}]}""", "[[6.25,10]]")]
    [InlineData("linear", """{"inputs":{"x":[[1,2,3]]}}""", "[[6.25,10]]")]
    [InlineData("linear", """{"inputs":[ [ 1 , 2 , 3 ] ] }""", "[[6.25,10]]")]
    [InlineData("columns", """{"instances":[{"size":1.5,"count":9007199254740993,"color":"red"}]}""", "[[9.007199E+15]]")]
    [InlineData("columns", """{"inputs":{"size":[1,2],"count":[3,4],"color":["red","blue"]}}""", "[[14],[26]]")]
    [InlineData("gather", """{"instances":[0,2,1]}""", "[1,3,2]")]
    public async Task A_tensor_is_as_it_is_nested(string model, string body, string expected)
    {
        var answer = await servers.PredictAsync(model, body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(expected, answer.Json.EnumerateObject().Single().Value.GetRawText());
    }

    [Fact]
    public async Task Versions_are_asked_for_by_number_and_semantic_version_and_labels_are_roles()
    {
        const string Body = """{"instances":[{"temp":20,"season":"summer"}]}""";
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: true, Cancel);
        await server.TryAsync("bikes", second, 0, "r1", Cancel);

        Assert.Equal(ServingServer.First, await AskAsync(server, "versions/1"), 1e-12);
        Assert.Equal(ServingServer.First, await AskAsync(server, $"versions/{first.Version}"), 1e-12);
        Assert.Equal(ServingServer.Second, await AskAsync(server, "versions/2"), 1e-12);
        Assert.Equal(ServingServer.Second, await AskAsync(server, "labels/stable"), 1e-12);
        Assert.Equal(ServingServer.First, await AskAsync(server, "labels/previous"), 1e-12);
        Assert.Contains("no version with the label 'candidate'", (await server.PostAsync("/v1/models/bikes/labels/candidate:predict", Body, Cancel)).Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("/v1/models/bikes/versions/9:predict", Body, Cancel)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.PostAsync("/v1/models/nobody/labels/stable:predict", Body, Cancel)).Status);
        Assert.StartsWith("Request for unknown model", (await server.PostAsync("/v1/models/nobody:predict", Body, Cancel)).Error, StringComparison.Ordinal);

        static async Task<double> AskAsync(ServingServer server, string which) =>
            (await server.PostAsync($"/v1/models/bikes/{which}:predict", Body, Cancel)).Json.GetProperty("predictions")[0].GetDouble();
    }

    [Fact]
    public async Task Who_answered_stands_in_headers_and_an_id_and_timing_stand_in_the_answer_when_the_request_has_them()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/models/bikes:predict")
        {
            Content = new StringContent("""{"instances":[[20,"summer"]],"id":"é 7","timing":true}"""),
        };

        using var response = await servers.Server.Client.SendAsync(request, Cancel);

        using var json = JsonDocument.Parse(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal("é 7", json.RootElement.GetProperty("id").GetString());
        var timing = json.RootElement.GetProperty("timing");
        Assert.Equal(["parse_us", "queue_us", "batch_us", "run_us", "write_us", "from_cache"], timing.EnumerateObject().Select(t => t.Name));
        Assert.True(timing.GetProperty("run_us").GetDouble() > 0);
        Assert.Equal("%C3%A9%207", response.Headers.GetValues("Slipway-Prediction-Id").Single());
        Assert.Equal(servers.Second.Version.ToString(), response.Headers.GetValues("Slipway-Model-Version").Single());
        Assert.Equal("stable", response.Headers.GetValues("Slipway-Role").Single());
    }

    [Fact]
    public async Task Fields_of_the_rows_are_members_of_the_body_and_reach_the_prediction_log()
    {
        var sink = new RecordingSink();
        await using var server = await ServingServer.StartAsync(new ServingOptions(), s => s.AddSingleton<IPredictionSink>(sink), null, Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);

        await server.PostAsync("/v1/models/bikes:predict", """
            {"id":"r","event_time":"2012-05-03T14:00:00Z","sticky_key":["u1","u2"],"segment.device":"mobile","segment.floor":3,"instances":[[20,"summer"],[1,null]]}
            """, Cancel);

        var record = Assert.Single(sink.Records);
        Assert.Equal("r", record.Id);
        Assert.Equal(2, record.Rows);
        Assert.Equal(["u1", "u2"], record.Keys);
        Assert.Equal(["device=mobile", "floor=3"], record.Segments);
        Assert.Equal(new DateTimeOffset(2012, 5, 3, 14, 0, 0, TimeSpan.Zero), Assert.Single(record.EventTimes));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_come_back_as_base64_in_an_object()
    {
        var answer = await servers.PredictAsync("types", Bodies.Types("""[{"b64":"/wA="},"a\u0000b"]"""));

        var texts = answer.Json.GetProperty("predictions")[0].GetProperty("text_out");
        Assert.Equal("/wA=", texts[0].GetProperty("b64").GetString());
        Assert.Equal("a\0b", texts[1].GetString());
    }

    [Fact]
    public async Task Limits_of_every_type_survive_and_NaN_and_infinities_are_JSON()
    {
        var answer = await servers.PredictAsync("types", Bodies.Types("""["","x"]""", "[9223372036854775807,-9223372036854775808]", "[18446744073709551615,0]", "[NaN,-Infinity]"));

        var row = answer.Json.GetProperty("predictions")[0];
        Assert.Equal("[9223372036854775807,-9223372036854775808]", row.GetProperty("int64_out").GetRawText());
        Assert.Equal("[18446744073709551615,0]", row.GetProperty("uint64_out").GetRawText());
        Assert.Equal("[null,-1e999]", row.GetProperty("fp64_out").GetRawText());
        Assert.Equal(double.NegativeInfinity, row.GetProperty("fp64_out")[1].GetDouble());
    }
}
