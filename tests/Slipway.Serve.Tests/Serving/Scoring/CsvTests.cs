using System.Net;
using System.Text;

namespace Slipway.Serve.Tests.Serving.Scoring;

public sealed class CsvTests(OtherServers servers) : IClassFixture<OtherServers>
{
    private const double Missing = 1035.974826685861;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("temp,season\n20,summer\n")]
    [InlineData("temp,season\r\n20,summer")]
    [InlineData("\uFEFFseason,temp\rsummer,2e1\r")]
    [InlineData(",season,temp,note\n0,\"summer\",\" +20.\",\"a \"\"b\"\",\nc\"\n")]
    [InlineData("\n\n\"temp\",\"season\"\n\n\n20,summer\n\n")]
    [InlineData("temp,season\n\"20\",\"summer\"\n")]
    public async Task A_table_of_one_row_is_read_whatever_its_quotes_order_and_line_ends(string csv)
    {
        var answer = await servers.InvokeAsync("bikes", csv, "text/csv");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(ServingServer.Second, Assert.Single(answer.Json.GetProperty("predictions").EnumerateArray()).GetDouble(), 1e-12);
    }

    [Fact]
    public async Task Empty_fields_and_the_words_of_pandas_are_missing_numbers()
    {
        var words = new[] { "", "NaN", "nan", "NA", "N/A", "null", "None", "<NA>", "-nan", "1.#IND", "#N/A" };

        var answer = await servers.InvokeAsync("bikes", $"temp,season\n{string.Join('\n', words.Select(w => $"{w},"))}\n", "text/csv; charset=utf-8");

        Assert.All(answer.Json.GetProperty("predictions").EnumerateArray(), p => Assert.Equal(Missing, p.GetDouble(), 1e-12));
        Assert.Equal(words.Length, answer.Json.GetProperty("predictions").GetArrayLength());
    }

    [Theory]
    [InlineData("a,b,c\n1,2,3\n4,5,6\n", "linear", "[[6.25,10],[16,20.5]]")]
    [InlineData("a,b,c\n.5,-0,inf\n", "linear", "[[1e999,1e999]]")]
    [InlineData("count,size,color\n9,1,\"re\"\"d\"\n3,1,red\n", "columns", "[[9],[14]]")]
    [InlineData("i\n2\n +1\n0.0\n", "gather", "[3,2,1]")]
    public async Task Columns_are_read_by_the_models_types(string csv, string model, string expected) =>
        Assert.Equal(expected, (await servers.InvokeAsync(model, csv, "text/csv")).Json.GetProperty("predictions").GetRawText());

    [Fact]
    public async Task Texts_keep_their_commas_quotes_and_line_ends_and_are_not_taken_for_missing()
    {
        var head = string.Join(',', Enumerable.Range(0, 2).Select(_ => "x"));
        Assert.Contains("twice", (await servers.InvokeAsync("linear", head + "\n1,2\n", "text/csv")).Json.GetProperty("message").GetString(), StringComparison.Ordinal);

        // The text column of the table: an unknown category is a missing value, as the word NA is, but the request is right.
        var answer = await servers.InvokeAsync("bikes", "temp,season\n20,NA\n20,\"\"\n20,\"a,\"\"b\"\"\nc\"\n20,summer\n", "text/csv");

        Assert.Equal(4, answer.Json.GetProperty("predictions").GetArrayLength());
        Assert.Equal(ServingServer.Second, answer.Json.GetProperty("predictions")[3].GetDouble(), 1e-12);
    }

    [Theory]
    [InlineData("bikes", "", "The request is empty")]
    [InlineData("bikes", "temp,season\n", "The table has no rows")]
    [InlineData("bikes", "temp,season\n20\n", "Line 2 of the table has 1 fields for 2 columns")]
    [InlineData("bikes", "temp,season\n\n20,a\n20,a,b\n", "Line 4 of the table has more fields than the 2 columns")]
    [InlineData("bikes", "temp,temp\n20,20\n", "column 'temp' twice")]
    [InlineData("bikes", "temp,season\nwarm,summer\n", "Input 'temp' in row 0 of \"text/csv\" is no FP64")]
    [InlineData("bikes", "temp,season\n20,\"summer\n", "Line 2 of the table opens a quote that nothing closes")]
    [InlineData("bikes", "temp,season\n20,\"a\"\"\n", "Line 2 of the table opens a quote that nothing closes")]
    [InlineData("bikes", "temp,season\n20,\"sum\"mer\n", "Line 2 of the table has text after a closing quote")]
    [InlineData("gather", "i\n0.5\n", "is no INT64")]
    [InlineData("gather", "i\n\"\"\n", "is no INT64")]
    public async Task A_wrong_table_is_a_400_that_names_the_line_or_the_column(string model, string csv, string sentence)
    {
        var answer = await servers.InvokeAsync(model, csv, "text/csv");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("BAD_REQUEST", answer.Json.GetProperty("error_code").GetString());
        Assert.Contains(sentence, answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_the_model_needs_are_named_when_they_are_not_there()
    {
        var answer = await servers.InvokeAsync("bikes", "temp,wind\n20,3\n", "text/csv");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("INVALID_PARAMETER_VALUE", answer.Json.GetProperty("error_code").GetString());
        Assert.Contains("'season' is missing", answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_not_text_are_refused()
    {
        using var content = new ByteArrayContent([.. Encoding.ASCII.GetBytes("temp,season\n20,"), 0xC3]);
        content.Headers.ContentType = new("text/csv");

        var answer = await servers.Server.SendAsync("/deployments/bikes/invocations", content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Contains("not UTF-8", answer.Json.GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
