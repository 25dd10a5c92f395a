using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Artifacts;

public sealed class MultipartTests(ArtifactServer server) : IClassFixture<ArtifactServer>
{
    private const string Root = "/api/2.0/mlflow-artifacts/mpu";

    private readonly string _folder = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Parts_in_any_order_and_at_once_become_one_file()
    {
        var parts = Enumerable.Range(0, 5).Select(i => RandomNumberGenerator.GetBytes(100_000 + i)).ToList();
        var (id, urls) = await CreateAsync("large.bin", 5);

        var tags = await Task.WhenAll(urls.Select((url, i) => PutPartAsync(url, parts[i])));
        Assert.Empty(await server.ListAsync(_folder));
        var (status, text) = await PostAsync("complete", new { path = "large.bin", upload_id = id, parts = tags.Select((etag, i) => new { part_number = i + 1, etag, url = urls[i] }) });

        Assert.Equal((HttpStatusCode.OK, "{}"), (status, text));
        Assert.Equal(parts.SelectMany(part => part), await server.GetAsync($"{_folder}/large.bin"));
        Assert.Equal(0, server.Files("work"));
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("complete", new { path = "large.bin", upload_id = id, parts = new[] { new { part_number = 1 } } })).Status);
    }

    [Fact]
    public async Task A_part_that_comes_again_takes_the_place_of_the_one_before()
    {
        var (id, urls) = await CreateAsync("file", 2);
        var old = await PutPartAsync(urls[0], [1]);
        var tag = await PutPartAsync(urls[0], [2]);

        var (status, text) = await PostAsync("complete", new { path = "file", upload_id = id, parts = new[] { new { part_number = 1, etag = old } } });
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("another ETag", text, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync("complete", new { path = "file", upload_id = id, parts = new[] { new { part_number = 1, etag = tag } } })).Status);
        Assert.Equal([2], await server.GetAsync($"{_folder}/file"));
    }

    [Fact]
    public async Task An_aborted_upload_leaves_nothing()
    {
        var (id, urls) = await CreateAsync("file", 1);
        await PutPartAsync(urls[0], [1]);

        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("abort", new { path = "other", upload_id = id })).Status);
        Assert.Equal((HttpStatusCode.OK, "{}"), await PostAsync("abort", new { path = "file", upload_id = id }));

        Assert.Equal(0, server.Files("work"));
        using var late = await server.Http.PutAsync(urls[0], new ByteArrayContent([2]), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, await server.StatusAsync($"{_folder}/file"));
    }

    [Fact]
    public async Task An_upload_that_nobody_completes_is_dropped_after_a_day()
    {
        var (_, urls) = await CreateAsync("file", 1);
        await PutPartAsync(urls[0], [1]);
        server.Tracking.Time.Advance(TimeSpan.FromHours(25));

        var (id, _) = await CreateAsync("other", 1);

        Assert.Equal(0, server.Files("work"));
        using var late = await server.Http.PutAsync(urls[0], new ByteArrayContent([2]), Cancel);
        Assert.Equal(HttpStatusCode.NotFound, late.StatusCode);
        await PostAsync("abort", new { path = "other", upload_id = id });
    }

    [Theory]
    [InlineData("""{"upload_id":"ID","path":"file"}""", "parts")]
    [InlineData("""{"upload_id":"ID","path":"file","parts":[]}""", "parts")]
    [InlineData("""{"upload_id":"ID","path":"file","parts":[{"part_number":2}]}""", "it was not uploaded")]
    [InlineData("""{"upload_id":"ID","path":"file","parts":[{"part_number":1},{"part_number":1}]}""", "rising numbers")]
    [InlineData("""{"upload_id":"ID","path":"file","parts":[{"part_number":99999999999}]}""", "it was not uploaded")]
    [InlineData("""{"upload_id":"ID","path":"file","parts":[{"etag":"x"}]}""", "parts[0].part_number")]
    [InlineData("""{"upload_id":"ID","path":"../file","parts":[{"part_number":1}]}""", "contains '..'")]
    [InlineData("""{"path":"file","parts":[{"part_number":1}]}""", "upload_id")]
    [InlineData("""[1]""", "not an object")]
    public async Task A_completion_that_names_what_is_not_there_is_refused_and_the_upload_stays(string message, string sentence)
    {
        var (id, urls) = await CreateAsync("file", 3);
        await PutPartAsync(urls[0], [7]);

        using var response = await server.Http.PostAsync($"{Root}/complete/{_folder}", new StringContent(message.Replace("ID", id, StringComparison.Ordinal)), Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(sentence, (await response.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("message").GetString(), StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync("complete", new { path = "file", upload_id = id, parts = new[] { new { part_number = 1 } } })).Status);
    }

    [Theory]
    [InlineData("file", 0)]
    [InlineData("file", 10_001)]
    [InlineData("../file", 1)]
    [InlineData("", 1)]
    public async Task A_beginning_that_makes_no_sense_is_refused(string path, int parts) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("create", new { path, num_parts = parts })).Status);

    [Theory]
    [InlineData("0", HttpStatusCode.BadRequest)]
    [InlineData("2", HttpStatusCode.BadRequest)]
    [InlineData("x", HttpStatusCode.BadRequest)]
    [InlineData("-1", HttpStatusCode.BadRequest)]
    public async Task A_part_outside_the_upload_is_refused(string number, HttpStatusCode status)
    {
        var (id, urls) = await CreateAsync("file", 1);

        using var response = await server.Http.PutAsync(urls[0][..^1] + number, new ByteArrayContent([1]), Cancel);

        Assert.Equal(status, response.StatusCode);
        await PostAsync("abort", new { path = "file", upload_id = id });
    }

    private async Task<(string Id, IReadOnlyList<string> Urls)> CreateAsync(string path, int parts)
    {
        var (status, text) = await PostAsync("create", new { path, num_parts = parts });
        Assert.True(status == HttpStatusCode.OK, text);
        var answer = JsonElement.Parse(text);
        var credentials = answer.GetProperty("credentials").EnumerateArray().ToList();
        Assert.Equal(Enumerable.Range(1, parts), credentials.Select(credential => credential.GetProperty("part_number").GetInt32()));
        return (answer.GetProperty("upload_id").GetString()!, [.. credentials.Select(credential => credential.GetProperty("url").GetString()!)]);
    }

    private async Task<string> PutPartAsync(string url, byte[] content)
    {
        using var response = await server.Http.PutAsync(url, new ByteArrayContent(content), Cancel);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response.Headers.ETag!.Tag;
    }

    private async Task<(HttpStatusCode Status, string Text)> PostAsync(string verb, object message)
    {
        using var response = await server.Http.PostAsync($"{Root}/{verb}/{_folder}", JsonContent.Create(message), Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }
}
