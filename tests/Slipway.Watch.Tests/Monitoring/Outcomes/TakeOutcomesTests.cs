using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Slipway.Monitoring.Outcomes;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>What is taken, and what is refused: over HTTP.</summary>
public sealed class TakeOutcomesTests : IAsyncLifetime
{
    private WatchHost _host = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await WatchHost.StartAsync(Cancel, new OutcomesOptions { MaxBytes = 4096, MaxRows = 20 });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Numbers_texts_and_booleans_are_labels_and_a_time_may_be_left_out()
    {
        var answer = await _host.SendAsync("""[{"id":"a","label":16.0},{"id":"b","label":"red","time":"2012-05-03 14:00Z"},{"time":null,"label":true,"id":"c"}]""", Cancel);
        Assert.Equal("""{"received":3,"new":3,"duplicate":0,"contradicting":0}""", answer.GetRawText());
    }

    [Fact]
    public async Task None_is_fine() => Assert.Equal("""{"received":0,"new":0,"duplicate":0,"contradicting":0}""", (await _host.SendAsync("[]", Cancel)).GetRawText());

    [Fact]
    public async Task Csv_is_taken_with_quotes_and_without_times()
    {
        var answer = await _host.PostAsync("outcomes", "label,id,time\r\n\"a \"\"b\"\",\nc\",x,\n7,y,2012-05-03T14:00:00Z\n\n", HttpStatusCode.OK, Cancel, "text/csv; charset=utf-8");
        Assert.Equal(2, answer.GetProperty("new").GetInt32());
        Assert.Equal(1, (await _host.PostAsync("outcomes", """[{"id":"x","label":"a \"b\",\nc"}]""", HttpStatusCode.OK, Cancel)).GetProperty("duplicate").GetInt32());
    }

    [Theory]
    [InlineData("""[{"id":"a","label":1},{"label":1}]""", "[1]: id is missing")]
    [InlineData("""[{"id":7,"label":1}]""", "[0]: id is no text")]
    [InlineData("""[{"id":"","label":1}]""", "[0]: id is empty")]
    [InlineData("""[{"id":"a"}]""", "[0]: label is missing")]
    [InlineData("""[{"id":"a","label":null}]""", "[0]: label is missing")]
    [InlineData("""[{"id":"a","label":[1]}]""", "[0]: label is no number, text or boolean")]
    [InlineData("""[{"id":"a","label":1e999}]""", "[0]: label is larger than a double")]
    [InlineData("""[{"id":"a","label":1,"time":1336053600}]""", "[0]: time is a number, which could be seconds or milliseconds")]
    [InlineData("""[{"id":"a","label":1,"time":"yesterday"}]""", "[0]: time 'yesterday' is not a time. Write it as ISO 8601")]
    [InlineData("""[{"id":"a","label":1,"truth":2}]""", "[0]: 'truth' is no key of an outcome")]
    [InlineData("""[5]""", "[0]: this is no object")]
    [InlineData("""{"id":"a","label":1}""", "The outcomes are no JSON array")]
    [InlineData("""[{"id":"a","label":1}""", "The outcomes are no valid JSON")]
    [InlineData("""[{"id":"a","label":1}] 5""", "The outcomes are no valid JSON")]
    [InlineData("""[{"id":"\ud800","label":1}]""", "The outcomes are no valid JSON")]
    [InlineData("", "The outcomes are no valid JSON")]
    public async Task What_is_wrong_is_named_with_its_place_and_nothing_is_kept(string body, string sentence)
    {
        var problem = await _host.PostAsync("outcomes", body, HttpStatusCode.BadRequest, Cancel);
        Assert.Contains(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, (await _host.FiguresAsync(Cancel)).Received);
    }

    [Theory]
    [InlineData("", "The CSV is empty")]
    [InlineData("id,value\na,1", "The CSV's header has 'value'")]
    [InlineData("id,time\na,1", "The CSV's header lacks id or label")]
    [InlineData("id,label,id\na,1,b", "The CSV's header has 'id'")]
    [InlineData("id,label\na,1\nb", "line 3: it has 1 fields where the header has 2")]
    [InlineData("id,label\na,\n", "line 2: label is empty")]
    [InlineData("id,label,time\na,1,noon", "line 2: time 'noon' is not a time")]
    [InlineData("id,label\na,\"1", "line 2: a field's closing quote is missing")]
    [InlineData("id,label\na,\"1\"2", "line 2: something follows the closing quote")]
    public async Task A_csv_that_cannot_be_read_is_refused_with_its_line(string body, string sentence)
    {
        var problem = await _host.PostAsync("outcomes", body, HttpStatusCode.BadRequest, Cancel, "text/csv");
        Assert.Contains(sentence, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_ten_mistakes_are_listed()
    {
        var body = "[" + string.Join(',', Enumerable.Range(0, 12).Select(_ => """{"id":"a"}""")) + "]";
        var problem = await _host.PostAsync("outcomes", body, HttpStatusCode.BadRequest, Cancel);
        Assert.StartsWith("At least 10 outcomes are wrong, so none was kept.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_and_too_large_and_too_long_are_refused_with_the_bound()
    {
        var many = "[" + string.Join(',', Enumerable.Range(0, 21).Select(i => $$"""{"id":"{{i}}","label":1}""")) + "]";
        Assert.Contains("more than 20 outcomes", await RefusedAsync(many, HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        Assert.Contains("4096 bytes", await RefusedAsync(new string(' ', 4097), HttpStatusCode.RequestEntityTooLarge), StringComparison.Ordinal);
        Assert.Contains("id has 1025 characters", await RefusedAsync($$"""[{"id":"{{new string('a', 1025)}}","label":1}]""", HttpStatusCode.BadRequest), StringComparison.Ordinal);
        Assert.Contains("label has 1001 characters", await RefusedAsync($$"""[{"id":"a","label":"{{new string('a', 1001)}}"}]""", HttpStatusCode.BadRequest), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Neither_another_type_nor_a_packed_body_is_taken()
    {
        await _host.PostAsync("outcomes", "<a/>", HttpStatusCode.UnsupportedMediaType, Cancel, "text/xml");

        using var content = new StringContent("[]", Encoding.UTF8, "application/json");
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await _host.Http.PostAsync(new Uri("/api/v1/deployments/bikes/outcomes", UriKind.Relative), content, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task A_deployment_that_is_not_there_is_named()
    {
        foreach (var path in new[] { "outcomes", "settle" })
        {
            var problem = await _host.PostAsync(path, "[]", HttpStatusCode.NotFound, Cancel, deployment: "trains");
            Assert.Contains("'trains'", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_same_again_is_a_duplicate_and_changes_nothing()
    {
        _host.Log.Record(new Rows(new Row("a")).ToBatch(_host.Time.GetUtcNow()));
        await _host.SendAsync("""[{"id":"a","label":16}]""", Cancel);
        var again = await _host.SendAsync("""[{"id":"a","label":16.0},{"id":"a","label":"16"}]""", Cancel);

        Assert.Equal("""{"received":2,"new":0,"duplicate":2,"contradicting":0}""", again.GetRawText());
        Assert.Single(_host.Watcher.Outcomes);
        var figures = await _host.FiguresAsync(Cancel);
        Assert.Equal((3, 1, 2), (figures.Received, figures.Joined, figures.Duplicate));
    }

    [Fact]
    public async Task Of_two_labels_the_first_stands_and_both_can_be_read()
    {
        _host.Log.Record(new Rows(new Row("a"), new Row("b")).ToBatch(_host.Time.GetUtcNow()));
        await _host.SendAsync("""[{"id":"a","label":16}]""", Cancel);
        var answer = await _host.SendAsync("""[{"id":"a","label":17},{"id":"b","label":1},{"id":"b","label":2},{"id":"a","label":16}]""", Cancel);

        Assert.Equal("""{"received":4,"new":1,"duplicate":1,"contradicting":2}""", answer.GetRawText());
        Assert.Equal(["16", "1"], _host.Watcher.Outcomes.Select(o => o.Label));
        var listed = (await _host.GetAsync("outcomes/contradictions", Cancel)).EnumerateArray()
            .Select(c => (c.GetProperty("id").GetString(), c.GetProperty("label").GetString(), c.GetProperty("contradicting").GetString()));
        Assert.Equal([("b", "1", "2"), ("a", "16", "17")], listed);
    }

    [Fact]
    public async Task The_newest_hundred_contradictions_are_listed()
    {
        await using var host = await WatchHost.StartAsync(Cancel);
        await host.SendAsync(Json(150, label: 1), Cancel);
        Assert.Equal(150, (await host.SendAsync(Json(150, label: 2), Cancel)).GetProperty("contradicting").GetInt32());

        var listed = await host.GetAsync("outcomes/contradictions", Cancel);
        Assert.Equal(100, listed.GetArrayLength());
        Assert.Equal("149", listed[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task Many_at_once_are_kept_and_joined_and_known_when_they_come_again()
    {
        await using var host = await WatchHost.StartAsync(Cancel);
        const int Count = 5_000;
        host.Log.Record(new Rows([.. Enumerable.Range(0, Count).Select(i => new Row(i.ToString(CultureInfo.InvariantCulture)))]).ToBatch(host.Time.GetUtcNow()));
        await host.SendAsync(Json(Count, label: 1), Cancel);

        Assert.Equal(Count, (await host.FiguresAsync(Cancel)).Joined);
        Assert.Equal(Count, host.Watcher.Outcomes.Count);
        Assert.Equal(Count, (await host.SendAsync(Json(Count, label: 1), Cancel)).GetProperty("duplicate").GetInt32());
    }

    private static string Json(int count, int label) => JsonSerializer.Serialize(Enumerable.Range(0, count).Select(i => new { id = i.ToString(CultureInfo.InvariantCulture), label }));

    private async Task<string?> RefusedAsync(string body, HttpStatusCode status) => (await _host.PostAsync("outcomes", body, status, Cancel)).GetProperty("detail").GetString();
}
