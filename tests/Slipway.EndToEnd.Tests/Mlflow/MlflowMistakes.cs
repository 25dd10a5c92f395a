using System.Globalization;
using System.Net;
using System.Text;
using static Slipway.EndToEnd.Tests.Mlflow.MlflowWire;

namespace Slipway.EndToEnd.Tests.Mlflow;

/// <summary>What clients get wrong, and what they may try, over the wire: one sentence in MLflow's form, never a 5xx, and nothing of it is kept. A class for each database derives it.</summary>
public abstract class MlflowMistakes(SharedServer server) : IDisposable
{
    private readonly MlflowWire _wire = new(server.Up.Address);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _wire.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_changed_parameter_refuses_its_whole_batch()
    {
        var (run, _) = await StartRunAsync();
        await _wire.PostAsync("2.0/mlflow/runs/log-parameter", new { run_id = run, key = "depth", value = "6" });

        var answer = await _wire.TryPostAsync("2.0/mlflow/runs/log-batch", new
        {
            run_id = run,
            metrics = new[] { new { key = "rmse", value = 1, timestamp = "1", step = 0 } },
            @params = new[] { new { key = "depth", value = "7" } },
            tags = new[] { new { key = "late", value = "tag" } },
        });

        AssertRefused(answer, "INVALID_PARAMETER_VALUE", "'depth'", "'6'");
        var data = (await _wire.GetAsync("2.0/mlflow/runs/get", ("run_id", run)))["run"]!["data"]!;
        Assert.Equal("6", (string)data["params"]!.AsArray().Single()!["value"]!);
        Assert.Null(data["metrics"]);
        Assert.DoesNotContain("late", data.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2.0/mlflow/runs/search", "metrics.rmse < 1 or metrics.rmse > 2", "position 18")]
    [InlineData("2.0/mlflow/runs/search", "params.depth = 6", "position 16")]
    [InlineData("2.0/mlflow/experiments/search", "name = 'open", "position 8")]
    [InlineData("2.0/mlflow/logged-models/search", "nothing = 'x'", "position 1")]
    public async Task A_broken_filter_is_told_its_place(string path, string filter, string place) =>
        AssertRefused(await _wire.TryPostAsync(path, new { experiment_ids = Texts("0"), filter }), "INVALID_PARAMETER_VALUE", place);

    [Fact]
    public async Task A_page_token_of_another_search_is_refused()
    {
        for (var i = 0; i < 2; i++)
        {
            await StartRunAsync();
        }

        var first = await _wire.PostAsync("2.0/mlflow/runs/search", new { experiment_ids = Texts("0"), max_results = 1, order_by = Texts("start_time") });

        AssertRefused(
            await _wire.TryPostAsync("2.0/mlflow/runs/search", new { experiment_ids = Texts("0"), max_results = 1, order_by = Texts("end_time"), page_token = (string)first["next_page_token"]! }),
            "INVALID_PARAMETER_VALUE", "not one of this search");
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    [InlineData("%252e%252e%252fetc%252fpasswd")]
    [InlineData("a/..\\..\\etc")]
    [InlineData("C:/windows/win.ini")]
    [InlineData("a%00b")]
    public async Task A_path_that_leads_elsewhere_is_neither_written_nor_read(string path)
    {
        foreach (var method in new[] { "PUT", "GET", "DELETE" })
        {
            var status = int.Parse((await _wire.SendRawAsync(method, $"{Proxy}/0/{path}")).Split(' ')[1], CultureInfo.InvariantCulture);
            Assert.InRange(status, 400, 499);
        }

        Assert.InRange((int)(await _wire.TryGetAsync("2.0/mlflow-artifacts/artifacts", ("path", Uri.UnescapeDataString(path)))).Status, 400, 499);
        Assert.DoesNotContain(Directory.EnumerateFiles(server.Up.Folder, "*", SearchOption.AllDirectories), file => Path.GetFileName(file) is "passwd" or "win.ini");
    }

    [Fact]
    public async Task A_foreign_host_and_a_foreign_origin_are_refused()
    {
        var rebound = await _wire.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/experiments/search", "{}", headers => headers.Host = "evil.example");
        var forged = await _wire.SendAsync(HttpMethod.Post, "/ajax-api/2.0/mlflow/experiments/create", """{"name": "forged"}""", headers => headers.Add("Origin", "http://evil.example"));

        Assert.Equal(HttpStatusCode.BadRequest, rebound.Status);
        Assert.Contains("evil.example", rebound.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, forged.Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _wire.TryGetAsync("2.0/mlflow/experiments/get-by-name", ("experiment_name", "forged"))).Status);
    }

    [Fact]
    public async Task Names_that_are_HTML_are_text_wherever_they_come_back()
    {
        const string Name = "<script>alert('x')</script>";
        var experiment = (string)(await _wire.PostAsync("2.0/mlflow/experiments/create", new { name = Name }))["experiment_id"]!;
        var run = (string)(await _wire.PostAsync("2.0/mlflow/runs/create", new { experiment_id = experiment, run_name = Name }))["run"]!["info"]!["run_id"]!;

        var answer = await _wire.TryGetAsync("2.0/mlflow/experiments/get", ("experiment_id", experiment));
        Assert.Equal(("application/json", Name), (answer.MediaType, (string)answer.Json["experiment"]!["name"]!));
        Assert.DoesNotContain("<script", answer.Text, StringComparison.Ordinal);
        var missing = await _wire.TryGetAsync("2.0/mlflow/experiments/get-by-name", ("experiment_name", Name + "?"));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", missing.ErrorCode);
        Assert.DoesNotContain("<script", missing.Text, StringComparison.Ordinal);
        foreach (var page in new[] { "/experiments", $"/experiments/{experiment}", $"/runs/{run}" })
        {
            Assert.DoesNotContain("<script>alert", (await _wire.SendAsync(HttpMethod.Get, page)).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Files_of_a_deleted_run_are_there_until_a_purge_and_unknown_afterwards()
    {
        var (run, files) = await StartRunAsync();
        await _wire.UploadAsync($"{files}/notes.txt", "kept"u8.ToArray());
        await _wire.PostAsync("2.0/mlflow/runs/delete", new { run_id = run });

        Assert.Equal(["notes.txt:4"], Lines(await _wire.GetAsync("2.0/mlflow/artifacts/list", ("run_id", run))));
        Assert.Equal("kept", Encoding.UTF8.GetString(await _wire.DownloadAsync($"{files}/notes.txt")));
        var purged = await server.Up.RunAsync(["gc", "--run", run, "--yes"], Cancel);
        Assert.True(purged.ExitCode == 0, purged.Errors);

        AssertNotFound(await _wire.TryGetAsync("2.0/mlflow/artifacts/list", ("run_id", run)), run);
        AssertNotFound(await _wire.SendAsync(HttpMethod.Get, $"/get-artifact?run_uuid={run}&path=notes.txt"), run);
        AssertNotFound(await _wire.SendAsync(HttpMethod.Get, FileOf($"{files}/notes.txt")), "notes.txt");
    }

    [Theory]
    [InlineData("Content-Length: 1000000")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task An_upload_that_stops_in_the_middle_leaves_the_file_that_was_there(string framing)
    {
        var (run, files) = await StartRunAsync();
        await _wire.UploadAsync($"{files}/kept.bin", [1, 2, 3]);
        byte[] part = framing.StartsWith('C') ? new byte[300_000] : [.. "493e0\r\n"u8, .. new byte[300_000], .. "\r\n"u8];
        foreach (var name in new[] { "kept.bin", "new.bin" })
        {
            await _wire.BreakOffAsync($"PUT {FileOf($"{files}/{name}")} HTTP/1.1\r\nHost: localhost\r\n{framing}\r\n\r\n", part);
        }

        Assert.Equal(["kept.bin:3"], Lines(await _wire.GetAsync("2.0/mlflow/artifacts/list", ("run_id", run))));
        Assert.Equal([1, 2, 3], await _wire.DownloadAsync($"{files}/kept.bin"));
    }

    [Theory]
    [InlineData("POST", "2.0/mlflow/runs/create", "{", "BAD_REQUEST")]
    [InlineData("POST", "2.0/mlflow/runs/create", "[1]", "BAD_REQUEST")]
    [InlineData("POST", "2.0/mlflow/runs/log-metric", "{}", "INVALID_PARAMETER_VALUE")]
    [InlineData("POST", "2.0/mlflow/runs/log-metric", """{"run_id": "none", "key": "a", "value": 1, "timestamp": 9223372036854775808}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("POST", "2.0/mlflow/model-versions/create", """{"name": "none", "source": "/etc/passwd"}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("POST", "2.0/mlflow/registered-models/create", """{"name": "a/b"}""", "INVALID_PARAMETER_VALUE")]
    [InlineData("POST", "2.0/mlflow/runs/nothing", "{}", "ENDPOINT_NOT_FOUND")]
    public async Task A_message_that_makes_no_sense_is_answered_in_one_sentence(string method, string path, string body, string code)
    {
        foreach (var prefix in new[] { "api", "ajax-api" })
        {
            var answer = await _wire.SendAsync(new HttpMethod(method), $"/{prefix}/{path}", body);

            Assert.Equal(code, answer.ErrorCode);
            Assert.InRange((int)answer.Status, 400, 499);
            Assert.InRange(answer.Message.Length, 20, 400);
        }
    }

    private static void AssertRefused(MlflowAnswer answer, string code, params string[] named)
    {
        Assert.Equal((HttpStatusCode.BadRequest, code), (answer.Status, answer.ErrorCode));
        Assert.All(named, name => Assert.Contains(name, answer.Message, StringComparison.Ordinal));
    }

    private static void AssertNotFound(MlflowAnswer answer, string named)
    {
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (answer.Status, answer.ErrorCode));
        Assert.Contains(named, answer.Message, StringComparison.Ordinal);
    }

    private async Task<(string Run, string Files)> StartRunAsync()
    {
        var info = (await _wire.PostAsync("2.0/mlflow/runs/create", new { start_time = MlflowScript.Start }))["run"]!["info"]!;
        return ((string)info["run_id"]!, (string)info["artifact_uri"]!);
    }
}
