using System.Net;

namespace Slipway.Serve.Tests.Serving.Scoring;

public sealed class InvocationErrorTests(OtherServers servers) : IClassFixture<OtherServers>
{
    [Theory]
    [InlineData("bikes", "", "The request is empty")]
    [InlineData("bikes", "[]", "a JSON object with exactly one of \"dataframe_split\"")]
    [InlineData("bikes", "{}", "The request has no values. Send exactly one of")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"dataframe_records":[]}""", "both \"instances\" and \"dataframe_records\"")]
    [InlineData("bikes", """{"inputs":[[20,"summer"]],"inputs":[[20,"summer"]]}""", "\"inputs\" appears twice")]
    [InlineData("bikes", """{"dataframe_records":{}}""", "\"dataframe_records\" must be an array of rows")]
    [InlineData("bikes", """{"dataframe_records":[]}""", "\"dataframe_records\" is empty")]
    [InlineData("bikes", """{"dataframe_split":[]}""", "\"dataframe_split\" must be an object")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season"]}}""", "\"dataframe_split\" has no \"data\"")]
    [InlineData("bikes", """{"dataframe_split":{"columns":"temp","data":[[1]]}}""", "\"columns\" of \"dataframe_split\" must be an array of names")]
    [InlineData("bikes", """{"dataframe_split":{"columns":[["temp"]],"data":[[1]]}}""", "must have a text for a name")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season","temp"],"data":[[1,"a",1]]}}""", "column 'temp' twice")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp"],"columns":["temp"],"data":[[1]]}}""", "\"columns\" appears twice")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season"],"data":[[1]]}}""", "Row 0 of \"dataframe_split\" has 1 values for 2 columns")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season"],"data":[[1,"a"],[1,"a",2]]}}""", "Row 1 of \"dataframe_split\" has more values than the 2 columns")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season"],"data":[]}}""", "\"dataframe_split\" has no rows")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season"],"data":[7]}}""", "Row 0 of \"dataframe_split\" must be an array")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season"],"data":[[1,"a"]],"index":[1,2]}}""", "has 2 values in \"index\", but 1 rows in \"data\"")]
    [InlineData("bikes", """{"dataframe_split":{"columns":["temp","season"],"data":[["warm","a"]]}}""", "Input 'temp' in row 0 of \"dataframe_split\" must be a number")]
    [InlineData("bikes", """{"dataframe_records":[{"temp":1,"season":"a"},{"temp":"20","season":"a"}]}""", "Input 'temp' in row 1 of \"dataframe_records\" must be a number")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"params":[1]}""", "\"params\" must be an object")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"params":{},"params":{}}""", "\"params\" appears twice")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"params":{"a":tru}}""", "a value was expected")]
    [InlineData("linear", """{"dataframe_records":[{"a":1,"b":2,"c":3},{"a":4}]}""", "Input 'x' in row 1 of \"dataframe_records\" has an array of 1 where the one before it has 3")]
    [InlineData("linear", """{"dataframe_records":[{}]}""", "Row 0 of \"dataframe_records\" is empty")]
    [InlineData("linear", """{"dataframe_split":{"columns":["a","b","c"],"data":[[1,2,[3]]]}}""", "is an array, but a column of a table has one value a row")]
    public async Task What_cannot_be_read_is_a_bad_request(string model, string body, string sentence) => await RefusedAsync(model, body, "BAD_REQUEST", sentence);

    [Theory]
    [InlineData("bikes", """{"dataframe_records":[{"temp":1}]}""", "Input 'season' is missing")]
    [InlineData("gather", """{"dataframe_records":[{"i":1},{}]}""", "Input 'i' in row 1 of \"dataframe_records\" is missing")]
    [InlineData("bikes", """{"dataframe_records":[{"wind":1}]}""", "Input 'temp' is missing")]
    [InlineData("bikes", """{"inputs":{"temp":[1,2],"season":["a"]}}""", "same number of rows")]
    [InlineData("linear", """{"inputs":[[1,2]]}""", "Input 'x' has shape [1,2], but linear takes [-1,3]")]
    [InlineData("gather", """{"inputs":[99]}""", "cannot score these inputs")]
    [InlineData("bikes", """{"instances":[[20,"summer"]],"sticky_key":["a","b"]}""", "sticky_key has 2 values")]
    public async Task What_the_model_does_not_take_is_an_invalid_value(string model, string body, string sentence) =>
        await RefusedAsync(model, body, "INVALID_PARAMETER_VALUE", sentence);

    [Fact]
    public async Task An_unknown_deployment_is_a_404()
    {
        var answer = await servers.InvokeAsync("nobody", "{}");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", answer.Json.GetProperty("error_code").GetString());
    }

    private async Task RefusedAsync(string model, string body, string code, string sentence)
    {
        var answer = await servers.InvokeAsync(model, body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(code, answer.Json.GetProperty("error_code").GetString());
        Assert.Contains(sentence, answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
