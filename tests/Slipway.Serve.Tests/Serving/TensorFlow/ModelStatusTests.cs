using System.Net;

namespace Slipway.Serve.Tests.Serving.TensorFlow;

public sealed class ModelStatusTests(OtherServers servers) : IClassFixture<OtherServers>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bikes", "2 1")]
    [InlineData("bikes/versions/1", "1")]
    [InlineData("bikes/labels/stable", "2")]
    public async Task A_status_has_TensorFlows_shape(string path, string versions)
    {
        var answer = await servers.Server.GetAsync($"/v1/models/{path}", Cancel);

        var expected = versions.Split(' ').Select(v => "{\"version\":\"" + v + "\",\"state\":\"AVAILABLE\",\"status\":{\"error_code\":\"OK\",\"error_message\":\"\"}}");
        Assert.Equal($"{{\"model_version_status\":[{string.Join(',', expected)}]}}", answer.Json.GetRawText());
    }

    [Theory]
    [InlineData("bikes/metadata", "2")]
    [InlineData("bikes/versions/1/metadata", "1")]
    [InlineData("bikes/labels/previous/metadata", "1")]
    public async Task Metadata_have_TensorFlows_shape(string path, string version)
    {
        var answer = await servers.Server.GetAsync($"/v1/models/{path}", Cancel);

        const string Expected = """
            {"model_spec":{"name":"bikes","signature_name":"","version":"VERSION"},
             "metadata":{"signature_def":{"signature_def":{"serving_default":{
              "inputs":{
               "temp":{"dtype":"DT_DOUBLE","tensor_shape":{"dim":[{"size":"-1","name":""}],"unknown_rank":false},"name":"temp"},
               "season":{"dtype":"DT_STRING","tensor_shape":{"dim":[{"size":"-1","name":""}],"unknown_rank":false},"name":"season"}},
              "outputs":{
               "prediction":{"dtype":"DT_DOUBLE","tensor_shape":{"dim":[{"size":"-1","name":""}],"unknown_rank":false},"name":"prediction"}},
              "method_name":"tensorflow/serving/predict"}}}}}
            """;
        Assert.Equal(string.Concat(Expected.Where(c => !char.IsWhiteSpace(c))).Replace("VERSION", version, StringComparison.Ordinal), answer.Json.GetRawText());
    }

    [Fact]
    public async Task Every_deployment_is_listed_by_name() =>
        Assert.Equal("""{"models":["bikes","columns","gather","linear","rain","types"]}""", (await servers.Server.GetAsync("/v1/models", Cancel)).Json.GetRawText());

    [Theory]
    [InlineData("nobody")]
    [InlineData("bikes/versions/9")]
    [InlineData("bikes/labels/candidate")]
    [InlineData("nobody/metadata")]
    [InlineData("bikes/versions/nine/metadata")]
    public async Task What_is_not_there_is_a_404_in_TensorFlows_words(string path)
    {
        var answer = await servers.Server.GetAsync($"/v1/models/{path}", Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.StartsWith("Request for unknown model", answer.Error, StringComparison.Ordinal);
    }
}
