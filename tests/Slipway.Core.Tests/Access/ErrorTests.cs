using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Slipway.Core.Errors;

namespace Slipway.Core.Tests.Access;

public sealed class ErrorTests(AccessServer server) : IClassFixture<AccessServer>, IDisposable
{
    private readonly HttpClient _client = server.CreateClient();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(ErrorKind.InvalidInput, 400)]
    [InlineData(ErrorKind.Forbidden, 403)]
    [InlineData(ErrorKind.NotFound, 404)]
    [InlineData(ErrorKind.Conflict, 409)]
    [InlineData(ErrorKind.TooLarge, 413)]
    [InlineData(ErrorKind.Failed, 422)]
    [InlineData(ErrorKind.NotAvailable, 501)]
    [InlineData(ErrorKind.Unavailable, 503)]
    [InlineData(ErrorKind.Timeout, 504)]
    public async Task Each_kind_has_its_status_and_its_sentence(ErrorKind kind, int status)
    {
        var response = await _client.GetAsync($"/fail/{kind}", Cancel);
        var problem = await ProblemAsync(response);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.Equal("It went wrong.", problem.GetProperty("detail").GetString());
        Assert.False(problem.TryGetProperty("errors", out _));
        Assert.Equal(kind == ErrorKind.Unavailable, response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
    }

    [Fact]
    public async Task Every_kind_there_is_has_a_status()
    {
        foreach (var kind in Enum.GetValues<ErrorKind>())
        {
            Assert.NotEqual(HttpStatusCode.InternalServerError, (await _client.GetAsync($"/fail/{kind}", Cancel)).StatusCode);
        }
    }

    [Fact]
    public async Task Single_mistakes_are_listed()
    {
        var problem = await ProblemAsync(await _client.GetAsync("/five-mistakes", Cancel));

        Assert.Equal(["first", "second"], problem.GetProperty("errors").EnumerateArray().Select(e => e.GetString()));
    }

    [Fact]
    public async Task A_mistake_of_ours_is_logged_once_and_tells_the_caller_nothing()
    {
        var response = await _client.PostAsync("/fail-unexpectedly", null, Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("hunter2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("FormatException", text, StringComparison.Ordinal);
        var entry = Assert.Single(server.Log.Entries, e => e.Error is FormatException && e.Text.Contains("fail-unexpectedly", StringComparison.Ordinal));
        var identifier = entry.Text.Split('(', ')')[1];
        Assert.Contains(identifier, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Script_in_an_error_stays_text()
    {
        var response = await _client.GetAsync("/fail/InvalidInput?text=" + Uri.EscapeDataString("<script>alert(1)</script>"), Cancel);
        var text = await response.Content.ReadAsStringAsync(Cancel);

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain("<script>", text, StringComparison.Ordinal);
        Assert.Equal("<script>alert(1)</script>", JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("""{"name":"a","count":"many"}""", 400, "The request's JSON is wrong at $.count (line 1, near byte 26).")]
    [InlineData("{\n \"name\": oops }", 400, "The request's JSON is wrong at $.name (line 2, near byte 9).")]
    [InlineData("", 400, null)]
    public async Task A_request_that_cannot_be_read_gets_the_place(string body, int status, string? sentence)
    {
        var response = await _client.PostAsync("/search", new StringContent(body, Encoding.UTF8, "application/json"), Cancel);
        var problem = await ProblemAsync(response);

        Assert.Equal(status, (int)response.StatusCode);
        if (sentence is not null)
        {
            Assert.Equal(sentence, problem.GetProperty("detail").GetString());
        }
    }

    [Fact]
    public async Task A_body_above_the_bound_is_413()
    {
        var response = await _client.PostAsJsonAsync("/search", new Order(new string('x', 20_000), 1), Cancel);

        Assert.Equal(413, (int)response.StatusCode);
        await ProblemAsync(response);
    }

    [Theory]
    [InlineData("GET", "/nothing/<b>", 404, "There is nothing at /nothing/%3Cb%3E.")]
    [InlineData("DELETE", "/read", 405, "DELETE is not possible at /read.")]
    [InlineData("POST", "/search", 415, "/search does not take content of that type.")]
    public async Task What_no_route_answers_is_a_problem_too(string method, string path, int status, string sentence)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent("x", Encoding.UTF8, "text/weird") : null };
        var response = await _client.SendAsync(request, Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(sentence, (await ProblemAsync(response)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task An_answer_that_breaks_in_the_middle_is_not_taken_for_a_whole_one()
    {
        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetStringAsync("/fail-late", Cancel));

        Assert.Contains(server.Log.Entries, e => e.Text.Contains("after its answer had begun", StringComparison.Ordinal));
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return await response.Content.ReadFromJsonAsync<JsonElement>(Cancel);
    }
}
