using System.IO.Compression;
using System.Net;
using System.Text;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving;

public sealed class InferTests(InferTests.Bikes bikes) : IClassFixture<InferTests.Bikes>
{
    private const string Infer = "/v2/models/bikes/infer";

    private readonly ServingServer _server = bikes.Server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_as_curl_sends_it_is_answered_with_the_models_own_prediction()
    {
        var answer = await _server.PostAsync(Infer, Requests.Summer, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(ServingServer.Second, answer.Prediction, 1e-12);
        Assert.Equal("bikes", answer.Json.GetProperty("model_name").GetString());
        Assert.Equal(bikes.Second, answer.Json.GetProperty("model_version").GetString());
        Assert.Equal("stable", answer.Json.GetProperty("parameters").GetProperty("role").GetString());
        var output = Assert.Single(answer.Json.GetProperty("outputs").EnumerateArray());
        Assert.Equal("prediction", output.GetProperty("name").GetString());
        Assert.Equal("FP64", output.GetProperty("datatype").GetString());
        Assert.Equal(1, output.GetProperty("shape")[0].GetInt64());
    }

    [Fact]
    public async Task Rows_columns_in_another_order_and_nested_data_are_understood()
    {
        var answer = await _server.PostAsync(Infer, """
            {"inputs":[
              {"data":[["summer"],[null]],"name":"season","datatype":"BYTES","shape":[2,1]},
              {"name":"temp","shape":[2,1],"datatype":"FP32","data":[[20],[null]]}]}
            """, Cancel);

        var data = answer.Json.GetProperty("outputs")[0].GetProperty("data");
        Assert.Equal(ServingServer.Second, data[0].GetDouble(), 1e-12);
        Assert.Equal(1035.974826685861, data[1].GetDouble(), 1e-12);
    }

    [Fact]
    public async Task An_id_comes_back_and_a_request_without_one_gets_one_that_sorts_by_time()
    {
        var named = await _server.PostAsync(Infer, Requests.With("\"id\":\"row \\\"7\\\" é\""), Cancel);
        var first = await _server.PostAsync(Infer, Requests.Summer, Cancel);
        var second = await _server.PostAsync(Infer, Requests.Summer, Cancel);

        Assert.Equal("row \"7\" é", named.Json.GetProperty("id").GetString());
        var id = Guid.Parse(first.Json.GetProperty("id").GetString()!);
        Assert.Equal(7, id.Version);
        Assert.NotEqual(id, Guid.Parse(second.Json.GetProperty("id").GetString()!));
    }

    [Theory]
    [InlineData("\"parameters\":{\"event_time\":\"2012-05-03T14:00:00Z\",\"sticky_key\":\"u1\",\"segment.device\":\"mobile\",\"anything\":{\"else\":[1]}}")]
    [InlineData("\"parameters\":{\"event_time\":[\"2012-05-03\"],\"sticky_key\":[7],\"binary_data_output\":false}")]
    [InlineData("\"outputs\":[{\"name\":\"prediction\",\"parameters\":{\"binary_data\":false}}]")]
    [InlineData("\"unknown\":[{\"a\":[]},true,null,1e5]")]
    public async Task Fields_of_the_rows_and_unknown_members_are_taken(string members)
    {
        var answer = await _server.PostAsync(Infer, Requests.With(members), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(ServingServer.Second, answer.Prediction, 1e-12);
    }

    [Theory]
    [InlineData("Slipway-Event-Time", "noon", HttpStatusCode.BadRequest)]
    [InlineData("Slipway-Event-Time", "2012-05-03T14:00:00+02:00", HttpStatusCode.OK)]
    [InlineData("Slipway-Sticky-Key", "user-7", HttpStatusCode.OK)]
    [InlineData("Slipway-Segment-Device", "mobile", HttpStatusCode.OK)]
    public async Task Fields_come_as_headers_too(string name, string value, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Infer) { Content = new StringContent(Requests.Summer) };
        request.Headers.Add(name, value);

        Assert.Equal(expected, (await _server.SendAsync(request, Cancel)).Status);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_packed_request_is_unpacked(string encoding)
    {
        using var content = new ByteArrayContent(Pack(Encoding.UTF8.GetBytes(Requests.Summer), encoding));
        content.Headers.Add("Content-Encoding", encoding);

        Assert.Equal(ServingServer.Second, (await _server.SendAsync(Infer, content, Cancel)).Prediction, 1e-12);
    }

    [Fact]
    public async Task A_packed_request_that_unpacks_beyond_the_bound_is_refused()
    {
        using var content = new ByteArrayContent(Pack(Encoding.UTF8.GetBytes(new string(' ', 2 * (int)Bikes.MaxRequestBytes)), "gzip"));
        content.Headers.Add("Content-Encoding", "gzip");

        var answer = await _server.SendAsync(Infer, content, Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains($"{Bikes.MaxRequestBytes} bytes", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("br", HttpStatusCode.UnsupportedMediaType, "'br' is not taken")]
    [InlineData("gzip", HttpStatusCode.BadRequest, "cannot be unpacked")]
    public async Task A_request_that_cannot_be_unpacked_is_refused(string encoding, HttpStatusCode status, string message)
    {
        using var content = new StringContent(Requests.Summer);
        content.Headers.Add("Content-Encoding", encoding);

        var answer = await _server.SendAsync(Infer, content, Cancel);

        Assert.Equal(status, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v2/models/nobody/infer", "Request for unknown model: 'nobody' is not found")]
    [InlineData("/v2/models/bikes/versions/9.9.9/infer", "Request for unknown model: 'bikes' version '9.9.9' is not found")]
    public async Task An_unknown_model_is_not_found(string path, string message)
    {
        var answer = await _server.PostAsync(path, Requests.Summer, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.StartsWith(message, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_deployed_version_and_the_one_before_answer_by_semantic_version_and_by_number()
    {
        foreach (var (version, expected, role) in new[] { (bikes.First, ServingServer.First, "previous"), ("1", ServingServer.First, "previous"), (bikes.Second, ServingServer.Second, "stable"), ("2", ServingServer.Second, "stable") })
        {
            var answer = await _server.PostAsync($"/v2/models/bikes/versions/{version}/infer", Requests.Summer, Cancel);

            Assert.Equal(expected, answer.Prediction, 1e-12);
            Assert.Equal(role, answer.Json.GetProperty("parameters").GetProperty("role").GetString());
        }
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "no \"inputs\"")]
    [InlineData("{\"inputs\":[]}", "temp")]
    [InlineData("{\"inputs\":{}}", "\"inputs\" must be an array")]
    [InlineData("{\"inputs\":[7]}", "must be an object")]
    [InlineData("{\"inputs\":[],\"inputs\":[]}", "\"inputs\" appears twice")]
    [InlineData("{\"inputs\":[]} x", "more after the end")]
    [InlineData("{\"inputs\":[{\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1]}]}", "no \"name\"")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"datatype\":\"FP64\",\"data\":[1]}]}", "'temp' has no \"shape\"")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"data\":[1]}]}", "'temp' has no \"datatype\"")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\"}]}", "'temp' has no \"data\"")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[-1],\"datatype\":\"FP64\",\"data\":[1]}]}", "not a dimension")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1.5],\"datatype\":\"FP64\",\"data\":[1]}]}", "not a dimension")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],\"datatype\":\"FP64\",\"data\":[1]}]}", "more than 16 dimensions")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[1]}]}", "2 elements, but its data holds 1")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1,2]}]}", "1 element, but its data holds more")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[9000000000000000000,9000000000000000000,0],\"datatype\":\"FP64\",\"data\":[]}]}", "'season' is missing")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[900000],\"datatype\":\"FP64\",\"data\":[1]}]}", "its data holds fewer")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[2,2],\"datatype\":\"FP64\",\"data\":[[1,2,3],[4]]}]}", "nested otherwise")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[[1],[2]]}]}", "nested otherwise")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":1}]}", "must be an array")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[NaN]}]}", "NaN and Infinity are not JSON")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[\"20\"]}]}", "is not what FP64 needs")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1e999]}]}", "out of the range of FP64")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[128]}]}", "out of the range of INT8")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[null]}]}", "no missing values")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FLOAT\",\"data\":[1]}]}", "'FLOAT', which is none of BOOL")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1]},{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1]}]}", "'temp' appears twice")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"name\":\"temp\"}]}", "\"name\" appears twice")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1]}]}", "'season' is missing")]
    [InlineData("{\"inputs\":[{\"name\":\"humidity\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[1]}]}", "humidity")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"x\"]},{\"name\":\"season\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"x\"]}]}", "'temp' is BYTES")]
    [InlineData("{\"inputs\":[{\"name\":\"season\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"\\ud800\"]}]}", "surrogate pair")]
    [InlineData("{\"inputs\":[{\"name\":\"season\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a\tb\"]}]}", "control character")]
    [InlineData("{\"inputs\":[{\"name\":\"season\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"a]}]}", "a text has no end")]
    [InlineData("{\"inputs\":[{\"name\":\"season\",\"shape\":[1],\"datatype\":\"BYTES\",\"data\":[\"\\x\"]}]}", "'\\x' is not an escape")]
    [InlineData("{\"outputs\":[{\"name\":\"a\"},{\"name\":\"a\"}],\"inputs\":[]}", "asked for twice")]
    [InlineData("{\"id\":7,\"inputs\":[]}", "\"id\" must be a text")]
    [InlineData("{\"parameters\":{\"event_time\":\"yesterday\"},\"inputs\":[]}", "'yesterday' is not a time")]
    [InlineData("{\"parameters\":{\"sticky_key\":{}},\"inputs\":[]}", "must be a text or an array")]
    public async Task Each_mistake_gets_one_sentence_that_names_it(string body, string message)
    {
        var answer = await _server.PostAsync(Infer, body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_the_model_does_not_have_is_refused()
    {
        var answer = await _server.PostAsync(Infer, Requests.With("\"outputs\":[{\"name\":\"price\"}]"), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("bikes has no output 'price'. Its outputs are prediction.", answer.Error);
    }

    [Fact]
    public async Task One_value_a_row_must_be_as_many_as_the_rows()
    {
        var answer = await _server.PostAsync(Infer, Requests.With("\"parameters\":{\"sticky_key\":[\"a\",\"b\"]}"), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith("sticky_key has 2 values, but the request has 1 rows", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"parameters\":{\"sequence_id\":7}", "The request has the parameter 'sequence_id'")]
    [InlineData("\"outputs\":[{\"name\":\"prediction\",\"parameters\":{\"shared_memory_region\":\"a\"}}]", "Output 'prediction' has the parameter 'shared_memory_region'")]
    public async Task What_would_change_the_answer_and_is_not_there_is_refused(string members, string message)
    {
        var answer = await _server.PostAsync(Infer, Requests.With(members), Cancel);

        Assert.Equal(HttpStatusCode.NotImplemented, answer.Status);
        Assert.StartsWith(message, answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"parameters\":{\"sequence_id\":0,\"sequence_start\":false,\"sequence_end\":false}")]
    [InlineData("\"parameters\":{\"sequence_id\":\"\",\"headers\":{\"a\":[1]}}")]
    public async Task What_asks_for_nothing_special_is_answered(string members) =>
        Assert.Equal(HttpStatusCode.OK, (await _server.PostAsync(Infer, Requests.With(members), Cancel)).Status);

    [Theory]
    [InlineData("[4000000000,4000000000,4000000000]")]
    [InlineData("[9223372036854775807,9223372036854775807]")]
    [InlineData("[2000000]")]
    public async Task A_shape_beyond_the_bound_or_beyond_all_numbers_is_too_large(string shape)
    {
        var answer = await _server.PostAsync(Infer, $$"""{"inputs":[{"name":"temp","shape":{{shape}},"datatype":"FP64","data":[1]}]}""", Cancel);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains("more than 1000000 elements", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not a JSON object")]
    [InlineData("{\"unknown\":", "nested at most 64 deep")]
    [InlineData("{\"inputs\":", "must be an object")]
    [InlineData("{\"inputs\":[{\"name\":\"temp\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":", "nested otherwise")]
    [InlineData("{\"inputs\":[{\"data\":", "nested at most 64 deep")]
    [InlineData("{\"parameters\":{\"sticky_key\":", "nested at most 64 deep")]
    public async Task Ten_million_opening_brackets_are_refused_at_once(string before, string message)
    {
        var answer = await _server.PostAsync(Infer, before + new string('[', 10_000_000), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(message, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task JSON_that_is_100_000_deep_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":[", 50_000)) + string.Concat(Enumerable.Repeat("]}", 50_000));

        var answer = await _server.PostAsync(Infer, $$"""{"x":{{deep}},"inputs":[]}""", Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("nested at most 64 deep", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_is_larger_than_the_bound_is_refused_whether_or_not_it_says_so()
    {
        var large = new byte[Bikes.MaxRequestBytes + 1];
        using var known = new ByteArrayContent(large);
        using var unknown = new StreamContent(new UnknownLengthStream(large));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _server.SendAsync(Infer, known, Cancel)).Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await _server.SendAsync(Infer, unknown, Cancel)).Status);
    }

    [Fact]
    public async Task Bytes_that_are_not_text_are_refused()
    {
        using var content = new ByteArrayContent([.. "{\"inputs\":\""u8, 0xFF, .. "\"}"u8]);

        Assert.Contains("not UTF-8", (await _server.SendAsync(Infer, content, Cancel)).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chunked_request_of_many_rows_is_answered_row_by_row()
    {
        const int Rows = 20_000;
        var temps = string.Join(',', Enumerable.Repeat("20", Rows));
        var seasons = string.Join(',', Enumerable.Repeat("\"summer\"", Rows));
        var body = $$"""{"inputs":[{"name":"temp","shape":[{{Rows}}],"datatype":"FP64","data":[{{temps}}]},{"name":"season","shape":[{{Rows}}],"datatype":"BYTES","data":[{{seasons}}]}]}""";
        using var content = new StreamContent(new UnknownLengthStream(Encoding.UTF8.GetBytes(body)));

        var answer = await _server.SendAsync(Infer, content, Cancel);

        var data = answer.Json.GetProperty("outputs")[0].GetProperty("data");
        Assert.Equal(Rows, data.GetArrayLength());
        Assert.All(data.EnumerateArray(), row => Assert.Equal(ServingServer.Second, row.GetDouble(), 1e-12));
    }

    private static byte[] Pack(byte[] bytes, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream packer = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Optimal) : new ZLibStream(packed, CompressionLevel.Optimal))
        {
            packer.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>Cannot seek, so the client sends it in chunks.</summary>
    private sealed class UnknownLengthStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }

    public sealed class Bikes : IAsyncLifetime
    {
        public const long MaxRequestBytes = 12_000_000;

        public ServingServer Server { get; private set; } = null!;

        public string First { get; private set; } = "";

        public string Second { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Server = await ServingServer.StartAsync(new ServingOptions { MaxRequestBytes = MaxRequestBytes, MaxElements = 1_000_000 }, null, null, Cancel);
            var (first, second) = await Server.DeployAsync("bikes", both: true, Cancel);
            First = first.Version.ToString();
            Second = second.Version.ToString();
        }

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
