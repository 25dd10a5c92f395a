using System.Net;
using System.Text;

namespace Slipway.Serve.Tests.Serving.TensorFlow;

public sealed class PredictErrorTests(OtherServers servers) : IClassFixture<OtherServers>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("bikes", "", "The request is empty.")]
    [InlineData("bikes", "[1]", "a JSON object with \"instances\" or \"inputs\" was expected")]
    [InlineData("bikes", "{}", "neither \"instances\" nor \"inputs\"")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"inputs":[[20,"summer"]]}""", "both \"instances\" and \"inputs\"")]
    [InlineData("bikes", """{"inputs":[[20,"summer"]],"instances":[[20,"summer"]]}""", "both \"instances\" and \"inputs\"")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"instances":[[20,"summer"]]}""", "\"instances\" appears twice")]
    [InlineData("bikes", """{"inputs":{"temp":[1],"temp":[1]}}""", "Input 'temp', element 1, is given twice")]
    [InlineData("bikes", """{"instances":[{"temp":1,"season":"a","temp":2}]}""", "Input 'temp' in row 0 of \"instances\" is given twice")]
    [InlineData("bikes", """{"instances":[]}""", "\"instances\" is empty")]
    [InlineData("bikes", """{"instances":{}}""", "\"instances\" must be an array of rows")]
    [InlineData("bikes", """{"instances":[20]}""", "Row 0 of \"instances\" must be an array of 2 columns or an object of them by name: temp, season")]
    [InlineData("bikes", """{"instances":[[20]]}""", "Row 0 of \"instances\" has 1 columns, but bikes takes 2: temp, season")]
    [InlineData("bikes", """{"instances":[[20,"a"],[20,"a",1]]}""", "Row 1 of \"instances\" has more than the 2 columns")]
    [InlineData("bikes", """{"instances":[{"temp":1,"season":"a"},{"temp":1}]}""", "Input 'season' in row 1 of \"instances\" is missing")]
    [InlineData("bikes", """{"instances":[{"temp":1},{"temp":1,"season":"a"}]}""", "Input 'season' in row 0 of \"instances\" is missing")]
    [InlineData("bikes", """{"instances":[{"temp":1}]}""", "Input 'season' is missing")]
    [InlineData("bikes", """{"instances":[{"temp":1,"season":"a","wind":3}]}""", "'wind', which is none of the inputs of bikes: temp, season")]
    [InlineData("bikes", """{"inputs":{"temp":[1],"wind":[1]}}""", "\"inputs\" has 'wind'")]
    [InlineData("bikes", """{"inputs":{"temp":[1,2],"season":["a"]}}""", "same number of rows")]
    [InlineData("bikes", """{"instances":[{"temp":"warm","season":"a"}]}""", "Input 'temp' in row 0 of \"instances\" must be a number or null")]
    [InlineData("bikes", """{"instances":[{"temp":1,"season":7}]}""", "Input 'season' in row 0 of \"instances\" must be a text")]
    [InlineData("bikes", """{"instances":[{"temp":true,"season":"a"}]}""", "must be a number or null")]
    [InlineData("bikes", """{"instances":[{"temp":1e400,"season":"a"}]}""", "is out of the range of FP64")]
    [InlineData("bikes", """{"instances":[{"temp":1,"season":{"b64":"%"}}]}""", "\"b64\" is not base64")]
    [InlineData("bikes", """{"instances":[{"temp":1,"season":{"b65":"YQ=="}}]}""", "must be a text or {\"b64\"")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"signature_name":"other"}""", "\"signature_name\" is 'other'")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"signature_name":7}""", "\"signature_name\" must be a text")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"timing":1}""", "\"timing\" must be true or false")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"id":""}""", "\"id\" has 0 bytes")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"event_time":"noon"}""", "event_time 'noon' is not a time")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"sticky_key":["a","b"]}""", "sticky_key has 2 values")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"sticky_key":{}}""", "\"sticky_key\" must be a text")]
    [InlineData("bikes", """{"instances":[[20,"summer"]]} {}""", "there is more after the end")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],}""", "a member's name was expected")]
    [InlineData("bikes", """{"instances":[[20,"summer"],]}""", "must be an array of 2 columns")]
    [InlineData("bikes", """{"instances":[[20,"summer""", "a text has no end")]
    [InlineData("bikes", """{"instances":[[20,"sum\ud800mer"]]}""", "an escape that is none")]
    [InlineData("linear", """{"instances":[[1,2,3],[4,5]]}""", "Input 'x' in row 1 of \"instances\" has an array of 2 where the one before it has 3")]
    [InlineData("linear", """{"instances":[[1,2,[3]]]}""", "is nested unevenly")]
    [InlineData("linear", """{"instances":[[1,2,3],[[1,2,3]]]}""", "is nested otherwise than the values before it")]
    [InlineData("linear", """{"instances":[[[1,2,3]]]}""", "Input 'x' has shape [1,1,3], but linear takes [-1,3]")]
    [InlineData("linear", """{"instances":[[1,2]]}""", "Input 'x' has shape [1,2], but linear takes [-1,3]")]
    [InlineData("linear", """{"instances":[[]]}""", "Input 'x' has shape [1,0]")]
    [InlineData("linear", """{"inputs":[]}""", "Input 'x' has shape [0]")]
    [InlineData("linear", """{"inputs":{}}""", "Input 'x' is missing")]
    [InlineData("linear", """{"instances":[[1,2,1e39]]}""", "is out of the range of FP32")]
    [InlineData("rain", """{"instances":[[95,990],[20]]}""", "The matrix in row 1 of \"instances\" has an array of 1 where the one before it has 2")]
    [InlineData("rain", """{"instances":[[95,990,1]]}""", "but rain takes 2 columns")]
    [InlineData("gather", """{"instances":[0.5]}""", "Input 'i' in row 0 of \"instances\" must be a whole number")]
    [InlineData("gather", """{"instances":[null]}""", "is null, but INT64 has no missing values")]
    [InlineData("gather", """{"instances":[9223372036854775808]}""", "is out of the range of INT64")]
    [InlineData("gather", """{"instances":[99]}""", "cannot score these inputs")]
    [InlineData("columns", """{"inputs":[1,2]}""", "\"inputs\" must be an object at byte 10, for columns takes 3 inputs: size, count, color")]
    public async Task A_wrong_request_is_a_400_with_one_sentence_that_names_the_place(string model, string body, string sentence)
    {
        var answer = await servers.PredictAsync(model, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(sentence, answer.Error, StringComparison.Ordinal);
        Assert.EndsWith(".", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"unknown\":", "nested more than 64 deep")]
    [InlineData("{\"instances\":", "nested more than 15 deep")]
    [InlineData("{\"inputs\":{\"x\":", "nested more than 15 deep")]
    [InlineData("{\"inputs\":{\"x\":[{\"b64\":", "must be a number or null")]
    public async Task Ten_million_opening_brackets_are_refused_at_once(string before, string sentence)
    {
        var answer = await servers.PredictAsync("linear", before + new string('[', 10_000_000));

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains(sentence, answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_nested_100_000_deep_are_refused()
    {
        var answer = await servers.PredictAsync("linear", "{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":[", 50_000)));

        Assert.Contains("nested more than 64 deep", answer.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task More_elements_than_the_bound_are_too_large(bool nested)
    {
        var values = string.Join(',', Enumerable.Repeat(nested ? "[1,2,3]" : "1", OtherServers.MaxElements + 1));

        var answer = await servers.PredictAsync(nested ? "linear" : "gather", $"{{\"instances\":[{values}]}}");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
        Assert.Contains($"more than {OtherServers.MaxElements} elements", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_not_text_and_an_unknown_packing_are_refused()
    {
        using var bytes = new ByteArrayContent([.. "{\"instances\":\""u8, 0xFF, .. "\"}"u8]);
        using var packed = new ByteArrayContent(Encoding.UTF8.GetBytes("{}"));
        packed.Headers.ContentEncoding.Add("br");

        Assert.Contains("not UTF-8", (await servers.Server.SendAsync("/v1/models/bikes:predict", bytes, Cancel)).Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await servers.Server.SendAsync("/v1/models/bikes:predict", packed, Cancel)).Status);
    }
}
