using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving.Scoring;

public sealed class InvocationTests(OtherServers servers) : IClassFixture<OtherServers>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"dataframe_split":{"columns":["temp","season"],"data":[[20,"summer"]]}}""")]
    [InlineData("""{"dataframe_split":{"index":[0],"data":[["summer",null,20]],"columns":["season","extra","temp"]}}""")]
    [InlineData("""{"dataframe_split":{"columns":[7,"season","temp"],"data":[[NaN,"summer",20]],"index":["a"],"index_names":[null]}}""")]
    [InlineData("""{"dataframe_split":{"data":[[20,"summer"]]}}""")]
    [InlineData("""{"dataframe_records":[{"season":"summer","temp":20,"extra":{"a":[1,NaN]}}]}""")]
    [InlineData("""{"instances":[{"temp":20,"season":"summer"}]}""")]
    [InlineData("""{"instances":[[20,"summer"]]}""")]
    [InlineData("""{"inputs":{"temp":[20],"season":["summer"],"extra":[1]}}""")]
    [InlineData("""{"inputs":[{"temp":20,"season":"summer"}]}""")]
    [InlineData("""{"params":{"temperature":0.5},"dataframe_records":[{"temp":20,"season":"summer"}]}""")]
    [InlineData("""{"dataframe_records":[{"temp":20,"season":"summer"}],"params":null,"unknown":[1]}""")]
    public async Task Every_form_of_JSON_is_answered_with_predictions(string body)
    {
        var answer = await servers.InvokeAsync("bikes", body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal("predictions", Assert.Single(answer.Json.EnumerateObject()).Name);
        Assert.Equal(ServingServer.Second, Assert.Single(answer.Json.GetProperty("predictions").EnumerateArray()).GetDouble(), 1e-12);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("Application/JSON; charset=utf-8")]
    [InlineData("application/json;charset=\"UTF-8\"")]
    public async Task JSON_in_UTF_8_is_taken(string type) =>
        Assert.Equal(HttpStatusCode.OK, (await servers.InvokeAsync("bikes", """{"instances":[[20,"summer"]]}""", type)).Status);

    [Theory]
    [InlineData("text/plain", "is not taken")]
    [InlineData("application/x-www-form-urlencoded", "-H 'Content-Type: application/json'")]
    [InlineData("text/csvx", "is not taken")]
    [InlineData("application/json; charset=latin-1", "charset 'latin-1'")]
    [InlineData("text/csv; charset=utf-16", "charset 'utf-16'")]
    [InlineData("application/json; profile=x", "parameter 'profile'")]
    public async Task Another_type_or_charset_is_a_415(string type, string sentence)
    {
        var answer = await servers.InvokeAsync("bikes", """{"instances":[[20,"summer"]]}""", type);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
        Assert.Equal("BAD_REQUEST", answer.Json.GetProperty("error_code").GetString());
        Assert.Contains(sentence, answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_a_type_is_JSON()
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"instances":[[20,"summer"]]}"""));

        Assert.Equal(HttpStatusCode.OK, (await servers.Server.SendAsync("/invocations", content, Cancel)).Status);
    }

    [Fact]
    public async Task Missing_values_are_null_NaN_and_columns_that_a_record_does_not_have()
    {
        var answer = await servers.InvokeAsync("bikes", """{"dataframe_records":[{"season":null},{"temp":NaN,"season":null},{"temp":null},{"temp":20,"season":"summer"}]}""");

        const double Missing = 1035.974826685861;
        Assert.Equal([Missing, Missing, Missing, ServingServer.Second], answer.Json.GetProperty("predictions").EnumerateArray().Select(p => p.GetDouble()));
    }

    [Fact]
    public async Task Several_outputs_of_a_table_are_records_and_those_of_tensors_one_object_of_arrays()
    {
        var table = await servers.InvokeAsync("rain", """{"dataframe_split":{"columns":["humidity","pressure"],"data":[[95,990],[20,1040]]}}""");
        var tensors = await servers.InvokeAsync("types", Bodies.Types("""["a",{"b64":"/w=="}]""", fp64: "[NaN,Infinity]"));

        Assert.Equal(["probability", "label"], table.Json.GetProperty("predictions")[1].EnumerateObject().Select(o => o.Name));
        Assert.Equal("dry", table.Json.GetProperty("predictions")[1].GetProperty("label").GetString());
        Assert.Equal("""[["a","/w=="]]""", tensors.Json.GetProperty("predictions").GetProperty("text_out").GetRawText());
        Assert.Equal("[[null,1e999]]", tensors.Json.GetProperty("predictions").GetProperty("fp64_out").GetRawText());
    }

    [Theory]
    [InlineData("linear", """{"inputs":[[1,2,3]]}""", "[[6.25,10]]")]
    [InlineData("linear", """{"inputs":{"x":[[1,2,3]]}}""", "[[6.25,10]]")]
    [InlineData("linear", """{"instances":[[1,2,3]]}""", "[[6.25,10]]")]
    [InlineData("linear", """{"dataframe_split":{"columns":["a","b","c"],"data":[[1,2,3],[4,5,6]]}}""", "[[6.25,10],[16,20.5]]")]
    [InlineData("linear", """{"dataframe_split":{"data":[[1,2,3]]}}""", "[[6.25,10]]")]
    [InlineData("linear", """{"dataframe_split":{"columns":["x"],"data":[[[1,2,3]]]}}""", "[[6.25,10]]")]
    [InlineData("linear", """{"dataframe_records":[{"a":1,"b":2,"c":3},{"a":4,"b":5,"c":6}]}""", "[[6.25,10],[16,20.5]]")]
    [InlineData("columns", """{"dataframe_records":[{"size":1,"count":3,"color":"red"},{"color":"blue","size":2,"count":4}]}""", "[[14],[26]]")]
    [InlineData("columns", """{"dataframe_split":{"columns":["count","color","size"],"data":[[3,"red",1]]}}""", "[[14]]")]
    public async Task Tables_go_into_a_models_matrix_or_into_its_inputs_by_name(string model, string body, string expected)
    {
        var answer = await servers.InvokeAsync(model, body);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(expected, answer.Json.GetProperty("predictions").GetRawText());
    }

    [Fact]
    public async Task The_route_without_a_name_is_for_the_only_deployment_or_the_one_in_the_settings()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        Assert.Contains("Nothing is deployed yet", await MessageAsync(), StringComparison.Ordinal);

        await server.DeployAsync("bikes", both: false, Cancel);
        Assert.Equal("", await MessageAsync());

        await server.DeployAsync("boats", both: false, Cancel);
        Assert.Contains("Call /deployments/NAME/invocations", await MessageAsync(), StringComparison.Ordinal);

        async Task<string> MessageAsync()
        {
            using var content = new StringContent("""{"instances":[[20,"summer"]]}""", Encoding.UTF8, "application/json");
            var answer = await server.SendAsync("/invocations", content, Cancel);
            return answer.Status == HttpStatusCode.OK ? "" : answer.Json.GetProperty("message").GetString()!;
        }
    }

    [Fact]
    public async Task Fields_of_the_rows_an_id_and_timing_are_members_of_the_body()
    {
        var sink = new RecordingSink();
        await using var server = await ServingServer.StartAsync(new ServingOptions(), s => s.AddSingleton<IPredictionSink>(sink), null, Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);
        using var content = new StringContent("""{"id":"r","timing":true,"sticky_key":"u1","segment.device":"mobile","dataframe_records":[{"temp":1}]}""", Encoding.UTF8, "application/json");

        var answer = await server.SendAsync("/invocations", content, Cancel);

        // A column that no record has is missing altogether, which only an optional one may be.
        Assert.Equal("INVALID_PARAMETER_VALUE", answer.Json.GetProperty("error_code").GetString());
        using var whole = new StringContent("""{"id":"r","timing":true,"sticky_key":"u1","dataframe_records":[{"temp":1,"season":null}]}""", Encoding.UTF8, "application/json");
        answer = await server.SendAsync("/invocations", whole, Cancel);
        Assert.Equal("r", answer.Json.GetProperty("id").GetString());
        Assert.True(answer.Json.GetProperty("timing").GetProperty("run_us").GetDouble() > 0);
        Assert.Equal(["u1"], sink.Take()[^1].Keys);
    }

    [Fact]
    public async Task Ping_and_version_answer_as_MLflows_server_does()
    {
        using var ping = await servers.Server.Client.GetAsync(new Uri("/ping", UriKind.Relative), Cancel);
        var version = await servers.Server.Client.GetStringAsync(new Uri("/version", UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, ping.StatusCode);
        Assert.Equal("\n", await ping.Content.ReadAsStringAsync(Cancel));
        Assert.True(Version.Parse(version) >= new Version(3, 4));
    }
}
