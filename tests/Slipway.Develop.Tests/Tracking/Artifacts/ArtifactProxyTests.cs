using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Artifacts;

public abstract class ArtifactProxyTests(ArtifactServer server)
{
    private readonly string _folder = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("model/model.onnx", "model/model.onnx")]
    [InlineData("top.txt", "top.txt")]
    [InlineData("with blank/ünïcode 漢字 😀.txt", "with%20blank/%C3%BCn%C3%AFcode%20%E6%BC%A2%E5%AD%97%20%F0%9F%98%80.txt")]
    [InlineData("a/b/c", "a%2Fb%2fc")]
    [InlineData("a/b", "a//b/")]
    [InlineData("50% off+.txt", "50%25%20off+.txt")]
    [InlineData("'quoted' & <b>.html", "'quoted'%20&%20%3Cb%3E.html")]
    public async Task What_was_uploaded_comes_back_and_is_listed(string path, string address)
    {
        var content = RandomNumberGenerator.GetBytes(300_000);
        await server.PutAsync($"{_folder}/{address}", content);

        Assert.Equal(content, await server.GetAsync($"{_folder}/{address}"));
        Assert.Equal(content, await server.Http.GetByteArrayAsync($"/ajax-api/2.0/mlflow-artifacts/artifacts/{_folder}/{address}", Cancel));
        var (name, parent) = (path[(path.LastIndexOf('/') + 1)..], path.Contains('/', StringComparison.Ordinal) ? $"{_folder}/{path[..path.LastIndexOf('/')]}" : _folder);
        Assert.Equal([$"{name}:300000"], await server.ListAsync(parent));
        Assert.Equal([path.Split('/')[0]], (await server.ListAsync(_folder)).Select(line => line.Split(':')[0]));
    }

    [Fact]
    public async Task Folders_are_one_line_each_however_much_they_hold()
    {
        await server.PutAsync($"{_folder}/many-and/x", [1]);
        await server.PutAsync($"{_folder}/zero", []);
        await server.Tracking.Database.WriteAsync(
            transaction => transaction.ExecuteAsync(
                """
                with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500)
                insert into artifacts (path, digest, size, stored_at) select @folder || d || i, 'x', i, 0 from n, (select '/many/' as d union select '/file-' union select '/many/deep/') folders
                """,
                new { folder = _folder }),
            Cancel);

        var listed = await server.ListAsync(_folder);

        Assert.Equal(2500, listed.Count(line => line.StartsWith("file-", StringComparison.Ordinal)));
        Assert.Equal(["many", "many-and", "zero:0"], listed.Where(line => !line.StartsWith("file-", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(2501, (await server.ListAsync($"{_folder}/many")).Count);
        Assert.Equal(listed.Count, listed.Distinct().Count());
        Assert.Contains(_folder, await server.ListAsync(""));
        Assert.Empty(await server.ListAsync($"{_folder}/man"));
        Assert.Empty(await server.ListAsync($"{_folder}/zero"));
        Assert.Equal("{}", await server.Http.GetStringAsync("/api/2.0/mlflow-artifacts/artifacts?path=nothing", Cancel));
    }

    [Fact]
    public async Task Equal_files_are_kept_once()
    {
        var content = RandomNumberGenerator.GetBytes(1000);
        await server.PutAsync($"{_folder}/one", content);
        var before = server.Files("blobs");

        await server.PutAsync($"{_folder}/two", content);

        Assert.Equal(before, server.Files("blobs"));
        Assert.Equal(content, await server.GetAsync($"{_folder}/two"));
    }

    [Theory]
    [InlineData("bytes=0-3", 206, 0, 4)]
    [InlineData("bytes=10-", 206, 10, 90)]
    [InlineData("bytes=-5", 206, 95, 5)]
    [InlineData("bytes=90-1000", 206, 90, 10)]
    [InlineData("bytes=100-", 416, 0, 0)]
    [InlineData("lines=1-2", 200, 0, 100)]
    public async Task A_range_is_answered_with_that_part(string range, int status, int start, int length)
    {
        var content = RandomNumberGenerator.GetBytes(100);
        await server.PutAsync($"{_folder}/file", content);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{ArtifactServer.Proxy}/{_folder}/file");
        request.Headers.TryAddWithoutValidation("Range", range);

        using var response = await server.Http.SendAsync(request, Cancel);

        Assert.Equal(status, (int)response.StatusCode);
        if (status != 416)
        {
            Assert.Equal(content[start..(start + length)], await response.Content.ReadAsByteArrayAsync(Cancel));
        }
    }

    [Fact]
    public async Task The_ETag_is_the_content_and_says_when_nothing_changed()
    {
        var content = "content"u8.ToArray();
        await server.PutAsync($"{_folder}/file", content);
        using var first = await server.Http.GetAsync($"{ArtifactServer.Proxy}/{_folder}/file", Cancel);
        var tag = first.Headers.ETag!;

        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(content))}\"", tag.Tag);
        Assert.Equal((7, "bytes"), (first.Content.Headers.ContentLength, first.Headers.AcceptRanges.Single()));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(request => request.Headers.IfNoneMatch.Add(tag)));
        Assert.Equal(HttpStatusCode.NotModified, await StatusAsync(request => request.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Any)));
        Assert.Equal(HttpStatusCode.PartialContent, await StatusAsync(request => (request.Headers.IfRange, request.Headers.Range) = (new(tag), new(0, 1))));

        await server.PutAsync($"{_folder}/file", "other"u8.ToArray());

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(request => request.Headers.IfNoneMatch.Add(tag)));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(request => (request.Headers.IfRange, request.Headers.Range) = (new(tag), new(0, 1))));

        async Task<HttpStatusCode> StatusAsync(Action<HttpRequestMessage> change)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{ArtifactServer.Proxy}/{_folder}/file");
            change(request);
            using var response = await server.Http.SendAsync(request, Cancel);
            return response.StatusCode;
        }
    }

    [Fact]
    public async Task A_head_tells_the_size_without_the_content()
    {
        await server.PutAsync($"{_folder}/file", new byte[1234]);
        using var request = new HttpRequestMessage(HttpMethod.Head, $"{ArtifactServer.Proxy}/{_folder}/file");

        using var response = await server.Http.SendAsync(request, Cancel);

        Assert.Equal((HttpStatusCode.OK, 1234), (response.StatusCode, response.Content.Headers.ContentLength));
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancel));
    }

    [Theory]
    [InlineData("page.html", "application/octet-stream")]
    [InlineData("script.js", "application/octet-stream")]
    [InlineData("style.css", "application/octet-stream")]
    [InlineData("picture.svg", "application/octet-stream")]
    [InlineData("page.xhtml", "application/octet-stream")]
    [InlineData("none", "application/octet-stream")]
    [InlineData("plot.png", "image/png")]
    [InlineData("notes.TXT", "text/plain")]
    public async Task What_was_uploaded_never_runs_in_the_servers_origin(string name, string type)
    {
        await server.PutAsync($"{_folder}/{name}", "<script>alert(1)</script>"u8.ToArray());
        foreach (var range in new[] { null, new RangeHeaderValue(0, 5) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{ArtifactServer.Proxy}/{_folder}/{name}");
            request.Headers.Range = range;

            using var response = await server.Http.SendAsync(request, Cancel);

            Assert.Equal(type, response.Content.Headers.ContentType!.MediaType);
            Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
            Assert.Equal(name, response.Content.Headers.ContentDisposition.FileName?.Trim('"'));
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("default-src 'none'; sandbox", response.Headers.GetValues("Content-Security-Policy").Single());
        }
    }

    [Fact]
    public async Task What_is_not_there_is_said_so_in_MLflows_words()
    {
        using var response = await server.Http.GetAsync($"{ArtifactServer.Proxy}/{_folder}/nothing.html", Cancel);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(Cancel));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", answer.GetProperty("error_code").GetString());
        Assert.Equal($"No such artifact: '{_folder}/nothing.html'.", answer.GetProperty("message").GetString());
    }

    [Fact]
    public async Task A_path_is_a_file_or_a_folder_and_never_both()
    {
        await server.PutAsync($"{_folder}/a/b/c", [1]);

        foreach (var path in new[] { "a", "a/b", "a/b/c/d", "a/b/c/d/e" })
        {
            using var response = await server.TryPutAsync($"{_folder}/{path}", [2]);
            Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            Assert.Contains("RESOURCE_ALREADY_EXISTS", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        await server.PutAsync($"{_folder}/a/b-c", [3]);
        Assert.Equal(["a"], await server.ListAsync(_folder));
    }

    [Fact]
    public async Task Deletion_takes_a_file_or_a_folder_and_nothing_beside_it()
    {
        foreach (var path in new[] { "a/1", "a/b/2", "a-b", "a0", "ab" })
        {
            await server.PutAsync($"{_folder}/{path}", [1]);
        }

        await DeleteAsync("a");
        await DeleteAsync("ab");
        await DeleteAsync("was never there");

        Assert.Equal(["a-b:1", "a0:1"], await server.ListAsync(_folder));
        Assert.Contains(await server.Tracking.Audit.ListAsync(10, Cancel), entry => entry is { Action: "DeleteArtifact", Outcome: 200 } && entry.Target == $"{_folder}/ab");
        Assert.Contains(await server.Tracking.Audit.ListAsync(10, Cancel), entry => entry is { Action: "UploadArtifact", Outcome: 200 } && entry.Target == $"{_folder}/a-b");

        async Task DeleteAsync(string path)
        {
            using var response = await server.Http.DeleteAsync($"{ArtifactServer.Proxy}/{_folder}/{Uri.EscapeDataString(path)}", Cancel);
            Assert.Equal("{}", await response.Content.ReadAsStringAsync(Cancel));
        }
    }

    [Fact]
    public async Task The_artifacts_of_a_run_are_read_by_its_id_also_when_it_is_deleted()
    {
        var client = server.Tracking.Client;
        var run = await client.CreateRunAsync();
        var uri = (await client.GetRunAsync(run)).GetProperty("info").GetProperty("artifact_uri").GetString()!;
        await server.PutAsync($"{uri["mlflow-artifacts:/".Length..]}/model/MLmodel", "flavors:"u8.ToArray());
        await client.PostAsync("runs/delete", new { run_id = run });

        Assert.Equal(["model"], await server.ListAsync("", $"/api/2.0/mlflow/artifacts/list?run_id={run}&path="));
        Assert.Equal(["model/MLmodel:8"], await server.ListAsync("model", $"/api/2.0/mlflow/artifacts/list?run_id={run}&path="));
        Assert.Equal(uri, (await client.GetAsync("artifacts/list", ("run_id", run))).GetProperty("root_uri").GetString());
        Assert.Equal("flavors:", await server.Http.GetStringAsync($"/get-artifact?path=model%2FMLmodel&run_uuid={run}", Cancel));
        Assert.Equal("flavors:", await server.Http.GetStringAsync($"/ajax-api/2.0/mlflow/get-artifact?path=model/MLmodel&run_id={run}", Cancel));
    }

    [Theory]
    [InlineData("path=a", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN&path=", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN&path=../x", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN&path=%2e%2e/%2e%2e/etc/passwd", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN&path=%252e%252e/x", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN&path=/etc/passwd", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN&path=a&path=b", HttpStatusCode.BadRequest)]
    [InlineData("run_uuid=RUN&path=nothing", HttpStatusCode.NotFound)]
    [InlineData("run_uuid=unknown&path=a", HttpStatusCode.NotFound)]
    public async Task A_question_for_a_runs_artifact_that_has_no_answer_is_refused(string query, HttpStatusCode status)
    {
        var run = await server.Tracking.Client.CreateRunAsync();

        using var response = await server.Http.GetAsync($"/get-artifact?{query.Replace("RUN", run, StringComparison.Ordinal)}", Cancel);

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task An_artifact_may_be_larger_than_a_message()
    {
        // The server takes messages of 64 MB.
        const int Size = 70 << 20;
        using var content = new StreamContent(new MemoryStream(new byte[Size]));
        using var response = await server.Http.PutAsync($"{ArtifactServer.Proxy}/{_folder}/large", content, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([$"large:{Size}"], await server.ListAsync(_folder));
    }

    [Fact]
    public async Task Content_that_is_encoded_is_refused()
    {
        using var content = new ByteArrayContent([1]);
        content.Headers.ContentEncoding.Add("gzip");

        using var response = await server.Http.PutAsync($"{ArtifactServer.Proxy}/{_folder}/x", content, Cancel);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_page_of_another_site_can_neither_write_nor_delete()
    {
        foreach (var method in new[] { HttpMethod.Put, HttpMethod.Delete })
        {
            using var request = new HttpRequestMessage(method, $"{ArtifactServer.Proxy}/{_folder}/x") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes("x")) };
            request.Headers.Add("Origin", "https://evil.example");
            using var response = await server.Http.SendAsync(request, Cancel);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }
    }
}

public sealed class ArtifactProxyOnSqliteTests(ArtifactServer server) : ArtifactProxyTests(server), IClassFixture<ArtifactServer>;

public sealed class ArtifactProxyOnPostgreSqlTests(PostgreSqlArtifactServer server) : ArtifactProxyTests(server), IClassFixture<PostgreSqlArtifactServer>;
