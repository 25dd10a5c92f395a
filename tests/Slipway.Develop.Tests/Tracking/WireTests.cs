using System.Net;
using System.Text;
using Slipway.Access;

namespace Slipway.Develop.Tests.Tracking;

/// <summary>What a request may look like, and what becomes of one that is wrong.</summary>
public sealed class WireTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task The_twin_under_ajax_api_answers_the_same()
    {
        var created = await _client.SendAsync(HttpMethod.Post, "/ajax-api/2.0/mlflow/runs/create", "{}");
        var id = created.Json.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;

        Assert.Equal(created.Text, (await _client.SendAsync(HttpMethod.Get, $"/ajax-api/2.0/mlflow/runs/get?run_id={id}", null)).Text);
        Assert.Equal(created.Text, (await _client.SendAsync(HttpMethod.Get, $"/api/2.0/mlflow/runs/get?run_id={id}", null)).Text);
    }

    [Theory]
    [InlineData("GET", "/api/2.0/mlflow/runs/nothing")]
    [InlineData("POST", "/api/2.0/mlflow/nothing")]
    [InlineData("POST", "/api/3.0/mlflow/nothing")]
    [InlineData("DELETE", "/ajax-api/3.0/mlflow/<b>")]
    [InlineData("GET", "/ajax-api/2.0/mlflow/runs/create")]
    [InlineData("POST", "/api/2.0/mlflow/runs/get")]
    [InlineData("GET", "/api/2.0")]
    public async Task What_is_not_there_is_no_endpoint_in_the_words_of_mlflow(string method, string path)
    {
        var answer = await _client.SendAsync(new HttpMethod(method), path, method == "POST" ? "{}" : null);

        Assert.Equal((HttpStatusCode.NotFound, "ENDPOINT_NOT_FOUND"), (answer.Status, answer.ErrorCode));
        Assert.DoesNotContain("<b>", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain")]
    public async Task A_body_is_json_whatever_its_type_says(string type) =>
        Assert.Equal(HttpStatusCode.OK, (await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/create", """{"run_name": "typed"}""", type)).Status);

    [Theory]
    [InlineData("{", "BAD_REQUEST", "line 1")]
    [InlineData("[]", "BAD_REQUEST", "not an object")]
    [InlineData("\"text\"", "BAD_REQUEST", "not an object")]
    [InlineData("", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("{}", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("""{"run_id": null}""", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("""{"run_id": ""}""", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("""{"run_id": 5}""", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("""{"run_id": {}}""", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("""{"run_id": "\ud800"}""", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("""{"run_id": "a\u0000b"}""", "INVALID_PARAMETER_VALUE", "'run_id'")]
    [InlineData("""{"run_id": "x", "metrics": 5}""", "INVALID_PARAMETER_VALUE", "'metrics'")]
    [InlineData("""{"run_id": "x", "metrics": ["a"]}""", "INVALID_PARAMETER_VALUE", "'metrics[0]'")]
    [InlineData("""{"run_id": "x", "metrics": [{}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].timestamp'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "timestamp": 1}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].value'")]
    [InlineData("""{"run_id": "x", "metrics": [{"value": 1, "timestamp": 1}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].key'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": true, "timestamp": 1}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].value'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": 1e999, "timestamp": 1}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].value'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": NaN, "timestamp": 1}]}""", "BAD_REQUEST", "\"NaN\"")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": "1e999", "timestamp": 1}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].value'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": 1, "timestamp": -1}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].timestamp'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": 1, "timestamp": 1.5}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].timestamp'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": 1, "timestamp": 9223372036854775808}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].timestamp'")]
    [InlineData("""{"run_id": "x", "metrics": [{"key": "a", "value": 1, "timestamp": 1, "step": "one"}]}""", "INVALID_PARAMETER_VALUE", "'metrics[0].step'")]
    [InlineData("""{"run_id": "x", "params": [{"key": "a", "value": 1}]}""", "INVALID_PARAMETER_VALUE", "'params[0].value'")]
    public async Task A_mistake_is_a_sentence_with_the_field_and_never_a_5xx(string body, string code, string message)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/log-batch", body);

        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.ErrorCode));
        Assert.Contains(message, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"DONE\"")]
    [InlineData("\"finished\"")]
    [InlineData("9")]
    [InlineData("true")]
    public async Task A_choice_that_is_none_says_which_there_are(string status)
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/update", $$"""{"run_id": "x", "status": {{status}}}""");

        Assert.Equal($"Invalid value {status} for parameter 'status' supplied: It is one of RUNNING, SCHEDULED, FINISHED, FAILED, KILLED.", answer.Message);
    }

    [Fact]
    public async Task Json_a_hundred_thousand_deep_is_refused()
    {
        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/create", "{\"tags\":" + new string('[', 100_000));

        Assert.Equal((HttpStatusCode.BadRequest, "BAD_REQUEST"), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task A_body_without_a_length_is_bounded_too()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/2.0/mlflow/runs/create") { Content = new StringContent("{\"run_name\": \"" + new string('x', 1_100_000) + "\"}") };
        request.Headers.TransferEncodingChunked = true;

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("at most 1000000 bytes", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_packed_body_is_refused_rather_than_unpacked_without_a_bound()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = server.Address };
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await http.PostAsync(new Uri("/api/2.0/mlflow/runs/create", UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task Fields_that_nobody_knows_are_left_alone()
    {
        var run = await _client.CreateRunAsync();

        Assert.Equal("{}", (await _client.PostAsync("runs/set-tag", new { run_id = run, key = "a", value = "b", from_a_newer_client = new { x = 1 } })).GetRawText());
    }

    [Fact]
    public void Every_route_says_what_it_needs_and_every_change_has_a_name()
    {
        Assert.Empty(RouteAudit.WithoutPermission(server.Routes));
        Assert.Empty(RouteAudit.ChangesWithoutName(server.Routes));
    }
}
