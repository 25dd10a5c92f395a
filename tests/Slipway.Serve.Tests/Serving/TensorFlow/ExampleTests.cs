using System.Net;

namespace Slipway.Serve.Tests.Serving.TensorFlow;

public sealed class ExampleTests(OtherServers servers) : IClassFixture<OtherServers>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"examples":[{"temp":20,"season":"summer"},{"temp":20,"season":"summer"}]}""")]
    [InlineData("""{"context":{"season":"summer"},"examples":[{"temp":20},{"temp":20}],"signature_name":"tensorflow/serving/regress"}""")]
    [InlineData("""{"examples":[{"temp":20,"other":[1,2]},{"temp":20}],"context":{"season":{"b64":"c3VtbWVy"},"more":1}}""")]
    public async Task Regress_gives_one_number_an_example_and_context_is_for_all_of_them(string body)
    {
        var answer = await servers.Server.PostAsync("/v1/models/bikes:regress", body, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.All(answer.Json.GetProperty("results").EnumerateArray(), r => Assert.Equal(ServingServer.Second, r.GetDouble(), 1e-12));
        Assert.Equal(2, answer.Json.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Features_are_lists_of_one_as_well_and_one_version_can_be_asked()
    {
        var answer = await servers.Server.PostAsync("/v1/models/bikes/versions/1:regress", """{"examples":[{"temp":[20],"season":["summer"]}]}""", Cancel);

        Assert.Equal($"{{\"results\":[{ServingServer.First:R}]}}", answer.Json.GetRawText());
    }

    [Fact]
    public async Task Classify_gives_pairs_of_label_and_score()
    {
        var answer = await servers.Server.PostAsync("/v1/models/rain:classify", """{"examples":[{"humidity":95,"pressure":990},{"humidity":20,"pressure":1040}]}""", Cancel);

        var results = answer.Json.GetProperty("results");
        Assert.Equal(2, results.GetArrayLength());
        Assert.Equal(["dry", "rain \"☔\""], results[0].EnumerateArray().Select(p => p[0].GetString()!));
        Assert.Equal(0.8238947781068905, results[0][1][1].GetDouble(), 1e-12);
        Assert.Equal(1 - 0.8238947781068905, results[0][0][1].GetDouble(), 1e-12);
    }

    [Fact]
    public async Task A_matrix_of_scores_without_labels_is_classified_with_empty_labels()
    {
        var answer = await servers.Server.PostAsync("/v1/models/linear:classify", """{"examples":[{"x":[1,2,3]}]}""", Cancel);

        Assert.Equal("""{"results":[[["",6.25],["",10]]]}""", answer.Json.GetRawText());
    }

    [Theory]
    [InlineData("bikes:classify", """{"examples":[{"temp":1,"season":"a"}]}""", "does not answer with a score for each label")]
    [InlineData("rain:regress", """{"examples":[{"humidity":1,"pressure":1}]}""", "does not answer with one number a row")]
    [InlineData("bikes:regress", "{}", "has no \"examples\"")]
    [InlineData("bikes:regress", """{"examples":[]}""", "\"examples\" is empty")]
    [InlineData("bikes:regress", """{"examples":[{"temp":1}],"context":{"temp":1,"season":"a"}}""", "Input 'temp' stands in \"context\" and somewhere else")]
    [InlineData("bikes:regress", """{"examples":[{"temp":1}],"context":[]}""", "\"context\" must be an object")]
    [InlineData("bikes:regress", """{"examples":[{"temp":1}],"context":{},"context":{}}""", "\"context\" appears twice")]
    [InlineData("bikes:regress", """{"examples":[{"temp":1,"season":"a"}],"signature_name":"tensorflow/serving/classify"}""", "\"signature_name\" is 'tensorflow/serving/classify'")]
    public async Task What_does_not_fit_is_a_400(string route, string body, string sentence)
    {
        var answer = await servers.Server.PostAsync($"/v1/models/{route}", body, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(sentence, answer.Error, StringComparison.Ordinal);
    }
}
