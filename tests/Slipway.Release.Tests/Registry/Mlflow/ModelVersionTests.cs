using System.Net;
using Slipway.Develop.Tests.Tracking;

namespace Slipway.Release.Tests.Registry.Mlflow;

public sealed class ModelVersionTests(MlflowServer server) : IClassFixture<MlflowServer>
{
    private readonly WireClient _client = server.Client;
    private readonly string _name = $"Churn model {Guid.NewGuid():N}";

    [Fact]
    public async Task What_a_client_registers_is_kept_as_it_said_under_the_next_number()
    {
        await _client.CreateModelAsync(_name);
        server.Time.Advance(TimeSpan.FromSeconds(1));
        var created = await _client.PostAsync("model-versions/create", new
        {
            name = _name,
            source = "mlflow-artifacts:/0/abc/artifacts/model",
            run_id = "abc",
            run_link = "http://tracking.example/abc",
            model_id = "m-1",
            description = "first",
            tags = new[] { new { key = "team", value = "growth" } },
        });

        Assert.Equal(
            $$$"""{"model_version":{"name":"{{{_name}}}","version":"1","creation_timestamp":{{{server.Now}}},"last_updated_timestamp":{{{server.Now}}},"user_id":"local","current_stage":"None","description":"first","source":"mlflow-artifacts:/0/abc/artifacts/model","run_id":"abc","status":"READY","tags":[{"key":"team","value":"growth"}],"run_link":"http://tracking.example/abc","model_id":"m-1"}}""",
            created.GetRawText());
        Assert.Equal(created.GetRawText(), (await _client.GetAsync("model-versions/get", ("name", _name), ("version", "1"))).GetRawText());
        Assert.Equal("2", await _client.CreateVersionAsync(_name));
        var model = await _client.GetModelAsync(_name);
        Assert.Equal(server.Now, model.GetProperty("last_updated_timestamp").GetInt64());
        Assert.Equal(["2"], model.Each("latest_versions", "version"));
    }

    [Fact]
    public async Task Of_many_at_once_each_has_a_number_of_its_own()
    {
        await _client.CreateModelAsync(_name);

        var numbers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _client.CreateVersionAsync(_name)));

        Assert.Equal(Enumerable.Range(1, 16), numbers.Select(int.Parse).Order());
    }

    [Fact]
    public async Task A_number_is_never_given_twice()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);
        await _client.CreateVersionAsync(_name);

        Assert.Equal("{}", (await _client.SendAsync("DELETE", "model-versions/delete", new { name = _name, version = "2" })).GetRawText());

        Assert.Equal("3", await _client.CreateVersionAsync(_name));
        var gone = await _client.TryGetAsync("model-versions/get", ("name", _name), ("version", "2"));
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", $"Model Version (name={_name}, version=2) not found"), (gone.Status, gone.ErrorCode, gone.Message));
    }

    [Theory]
    [InlineData("one", "INVALID_PARAMETER_VALUE")]
    [InlineData("1.0.0", "INVALID_PARAMETER_VALUE")]
    [InlineData("", "INVALID_PARAMETER_VALUE")]
    [InlineData("0", "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("-1", "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("99999999999999999999999999", "RESOURCE_DOES_NOT_EXIST")]
    public async Task A_version_is_named_by_its_number(string version, string code)
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);

        foreach (var answer in new[]
        {
            await _client.TryGetAsync("model-versions/get", ("name", _name), ("version", version)),
            await _client.TryGetAsync("model-versions/get-download-uri", ("name", _name), ("version", version)),
            await _client.TrySendAsync("PATCH", "model-versions/update", new { name = _name, version, description = "" }),
            await _client.TrySendAsync("DELETE", "model-versions/delete", new { name = _name, version }),
            await _client.TryPostAsync("model-versions/set-tag", new { name = _name, version, key = "a", value = "b" }),
            await _client.TrySendAsync("DELETE", "model-versions/delete-tag", new { name = _name, version, key = "a" }),
            await _client.TryPostAsync("model-versions/transition-stage", new { name = _name, version, stage = "Staging" }),
            await _client.TryPostAsync("registered-models/alias", new { name = _name, version, alias = "a" }),
        })
        {
            Assert.Equal(code, answer.ErrorCode);
        }
    }

    [Theory]
    [InlineData("runs:/abc/model", true)]
    [InlineData("models:/m-0123456789abcdef", true)]
    [InlineData("mlflow-artifacts:/0/abc/artifacts/model", true)]
    [InlineData("s3://bucket/path/model", true)]
    [InlineData("https://store.example/model?signature=a..b", true)]
    [InlineData("dbfs:/models/x", true)]
    [InlineData("", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("./mlruns/0/model", false)]
    [InlineData("C:\\models\\x", false)]
    [InlineData("C:/models/x", false)]
    [InlineData("file:///etc", false)]
    [InlineData("FILE:/etc", false)]
    [InlineData("prompt-template", false)]
    [InlineData("mlflow-artifacts:/0/../../etc", false)]
    [InlineData("mlflow-artifacts:/0/%2e%2e/x", false)]
    [InlineData("mlflow-artifacts:/0/%252e%252e/x", false)]
    [InlineData("mlflow-artifacts:/0/a\u0001b", false)]
    [InlineData("s3://bucket/../other", false)]
    [InlineData("s3://bucket/%2E%2E/other", false)]
    public async Task A_source_names_no_file_of_this_machine(string source, bool taken)
    {
        await _client.CreateModelAsync(_name);

        var answer = await _client.TryPostAsync("model-versions/create", new { name = _name, source });

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        if (taken)
        {
            Assert.Equal(source, answer.Json.GetProperty("model_version").Text("source"));
            Assert.Equal(source, (await _client.GetAsync("model-versions/get-download-uri", ("name", _name), ("version", "1"))).Text("artifact_uri"));
        }
        else
        {
            Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
            Assert.Contains("'source'", answer.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_copy_of_a_version_lies_where_the_first_one_lies()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateModelAsync($"{_name} copy");
        await _client.PostAsync("model-versions/create", new { name = _name, source = "s3://bucket/first", run_id = "abc" });
        await _client.CreateVersionAsync(_name, "s3://bucket/second");
        await _client.PostAsync("registered-models/alias", new { name = _name, alias = "champion", version = "1" });

        var byNumber = await _client.CreateVersionAsync($"{_name} copy", $"models:/{_name}/1");
        var byAlias = await _client.CreateVersionAsync($"{_name} copy", $"models:/{_name}@champion");
        var byLatest = await _client.CreateVersionAsync($"{_name} copy", $"models:/{_name}/latest");
        var ofCopy = await _client.CreateVersionAsync($"{_name} copy", $"models:/{_name} copy/{byNumber}");
        await _client.SendAsync("DELETE", "registered-models/delete", new { name = _name });

        Assert.Equal(["s3://bucket/first", "s3://bucket/first", "s3://bucket/second", "s3://bucket/first"], await Task.WhenAll(new[] { byNumber, byAlias, byLatest, ofCopy }.Select(LocationAsync)));
        Assert.Equal("abc", (await _client.GetVersionAsync($"{_name} copy", byAlias)).Text("run_id"));
        foreach (var (source, code) in new[] { ($"models:/{_name}/1", "RESOURCE_DOES_NOT_EXIST"), ($"models:/{_name} copy/77", "RESOURCE_DOES_NOT_EXIST"), ($"models:/{_name} copy@nobody", "INVALID_PARAMETER_VALUE") })
        {
            Assert.Equal(code, (await _client.TryPostAsync("model-versions/create", new { name = $"{_name} copy", source })).ErrorCode);
        }

        async Task<string?> LocationAsync(string version) => (await _client.GetAsync("model-versions/get-download-uri", ("name", $"{_name} copy"), ("version", version))).Text("artifact_uri");
    }

    [Fact]
    public async Task A_model_of_a_run_is_registered_and_loaded_by_its_alias_through_the_proxy()
    {
        var run = await _client.CreateRunAsync();
        await _client.SendAsync(HttpMethod.Put, $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/MLmodel", "flavors: {}");
        await _client.SendAsync(HttpMethod.Put, $"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/model/model.pkl", "pickled");
        await _client.CreateModelAsync(_name);
        await _client.PostAsync("model-versions/create", new { name = _name, source = $"runs:/{run}/model", run_id = run });
        await _client.PostAsync("registered-models/alias", new { name = _name, alias = "champion", version = "1" });

        var version = (await _client.GetAsync("registered-models/alias", ("name", _name), ("alias", "champion"))).GetProperty("model_version");
        var uri = (await _client.GetAsync("model-versions/get-download-uri", ("name", _name), ("version", version.Text("version")!))).Text("artifact_uri")!;
        Assert.Equal($"mlflow-artifacts:/0/{run}/artifacts/model", uri);
        var path = uri["mlflow-artifacts:/".Length..];
        var files = await _client.SendAsync(HttpMethod.Get, $"/api/2.0/mlflow-artifacts/artifacts?path={Uri.EscapeDataString(path)}", null);
        Assert.Equal(["MLmodel", "model.pkl"], files.Json.Each("files", "path"));
        Assert.Equal("pickled", (await _client.SendAsync(HttpMethod.Get, $"/api/2.0/mlflow-artifacts/artifacts/{path}/model.pkl", null)).Text);
        foreach (var prefix in new[] { "", "/ajax-api/2.0/mlflow" })
        {
            Assert.Equal("flavors: {}", (await _client.SendAsync(HttpMethod.Get, $"{prefix}/model-versions/get-artifact?name={Uri.EscapeDataString(_name)}&version=1&path=MLmodel", null)).Text);
        }
    }

    [Fact]
    public async Task A_logged_model_is_registered_by_its_id_and_read_where_it_lies()
    {
        var logged = (await _client.PostAsync("logged-models", new { experiment_id = "0", name = "churn" })).GetProperty("model").GetProperty("info");
        var location = logged.Text("artifact_uri")!;
        await _client.SendAsync(HttpMethod.Put, $"/api/2.0/mlflow-artifacts/artifacts/{location["mlflow-artifacts:/".Length..]}/MLmodel", "flavors: {}");
        await _client.CreateModelAsync(_name);
        var version = await _client.CreateVersionAsync(_name, $"models:/{logged.Text("model_id")}");

        Assert.Equal(location, (await _client.GetAsync("model-versions/get-download-uri", ("name", _name), ("version", version))).Text("artifact_uri"));
        Assert.Equal("flavors: {}", (await _client.SendAsync(HttpMethod.Get, $"/model-versions/get-artifact?name={Uri.EscapeDataString(_name)}&version={version}&path=MLmodel", null)).Text);
    }

    [Theory]
    [InlineData("MLmodel", "s3://bucket/model", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    [InlineData("MLmodel", "mlflow-artifacts://other.example/model", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    [InlineData("MLmodel", "mlflow-artifacts:/0/nowhere", HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST")]
    [InlineData("../../etc/passwd", "mlflow-artifacts:/0/nowhere", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    [InlineData("%252e%252e/x", "mlflow-artifacts:/0/nowhere", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    [InlineData("/etc/passwd", "mlflow-artifacts:/0/nowhere", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    [InlineData("", "mlflow-artifacts:/0/nowhere", HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE")]
    public async Task A_file_that_cannot_be_sent_is_refused_with_a_sentence(string path, string source, HttpStatusCode status, string code)
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name, source);

        var answer = await _client.SendAsync(HttpMethod.Get, $"/model-versions/get-artifact?name={Uri.EscapeDataString(_name)}&version=1&path={Uri.EscapeDataString(path)}", null);

        Assert.Equal((status, code), (answer.Status, answer.ErrorCode));
    }

    [Fact]
    public async Task Description_and_tags_change()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);
        server.Time.Advance(TimeSpan.FromSeconds(1));

        var updated = (await _client.SendAsync("PATCH", "model-versions/update", new { name = _name, version = "1", description = "<b>new</b>" })).GetProperty("model_version");
        await _client.PostAsync("model-versions/set-tag", new { name = _name, version = "1", key = "mlflow.note", value = new string('ä', 100_000) });
        await _client.PostAsync("model-versions/set-tag", new { name = _name, version = "1", key = "gone", value = "" });
        await _client.SendAsync("DELETE", "model-versions/delete-tag", new { name = _name, version = "1", key = "gone" });
        await _client.SendAsync("DELETE", "model-versions/delete-tag", new { name = _name, version = "1", key = "never was" });
        var over = await _client.TryPostAsync("model-versions/set-tag", new { name = _name, version = "1", key = "a", value = new string('ä', 100_001) });

        Assert.Equal(("<b>new</b>", server.Now), (updated.Text("description"), updated.GetProperty("last_updated_timestamp").GetInt64()));
        Assert.Equal(["mlflow.note"], (await _client.GetVersionAsync(_name, 1)).Each("tags", "key"));
        Assert.Equal(("INVALID_PARAMETER_VALUE", "'value' exceeds the maximum length of 100000 characters."), (over.ErrorCode, over.Message));
    }

    [Fact]
    public async Task A_stage_is_stored_in_its_own_spelling_and_the_newest_of_each_is_told()
    {
        await _client.CreateModelAsync(_name);
        for (var i = 0; i < 5; i++)
        {
            await _client.CreateVersionAsync(_name);
        }

        foreach (var (version, stage) in new[] { ("1", "production"), ("2", "PRODUCTION"), ("3", "Staging"), ("4", "archived") })
        {
            await _client.PostAsync("model-versions/transition-stage", new { name = _name, version, stage });
        }

        Assert.Equal(["2 Production", "3 Staging", "4 Archived", "5 None"], await LatestAsync(new { name = _name }));
        Assert.Equal(["2 Production"], await LatestAsync(new { name = _name, stages = ModelCalls.List("Production") }));
        Assert.Equal(["3 Staging", "5 None"], (await _client.GetAsync("registered-models/get-latest-versions", ("name", _name), ("stages", "staging"), ("stages", "none")))
            .GetProperty("model_versions").EnumerateArray().Select(v => $"{v.Text("version")} {v.Text("current_stage")}"));

        var moved = await _client.PostAsync("model-versions/transition-stage", new { name = _name, version = "5", stage = "Production", archive_existing_versions = true });
        Assert.Equal("Production", moved.GetProperty("model_version").Text("current_stage"));
        Assert.Equal(["Archived", "Archived", "Staging", "Archived", "Production"], await Task.WhenAll(Enumerable.Range(1, 5).Select(async v => (await _client.GetVersionAsync(_name, v)).Text("current_stage"))));

        async Task<IEnumerable<string>> LatestAsync(object fields) => (await _client.PostAsync("registered-models/get-latest-versions", fields))
            .GetProperty("model_versions").EnumerateArray().Select(v => $"{v.Text("version")} {v.Text("current_stage")}");
    }

    [Fact]
    public async Task A_stage_that_is_none_is_refused()
    {
        await _client.CreateModelAsync(_name);
        await _client.CreateVersionAsync(_name);

        var unknown = await _client.TryPostAsync("model-versions/transition-stage", new { name = _name, version = "1", stage = "Live" });
        var archive = await _client.TryPostAsync("model-versions/transition-stage", new { name = _name, version = "1", stage = "Archived", archive_existing_versions = true });
        var latest = await _client.TryPostAsync("registered-models/get-latest-versions", new { name = _name, stages = ModelCalls.List("Live") });

        Assert.Equal("INVALID_PARAMETER_VALUE", unknown.ErrorCode);
        Assert.Contains("None, Staging, Production, Archived", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(("INVALID_PARAMETER_VALUE", "INVALID_PARAMETER_VALUE"), (archive.ErrorCode, latest.ErrorCode));
    }

    [Theory]
    [InlineData("POST", "model-versions/create", """{"name": "x"}""", "source")]
    [InlineData("POST", "model-versions/create", """{"source": "runs:/a/b"}""", "name")]
    [InlineData("POST", "model-versions/create", """{"name": 1, "source": "runs:/a/b"}""", "name")]
    [InlineData("POST", "model-versions/create", """{"name": "x", "source": "runs:/a/b", "tags": [{"value": "a"}]}""", "tags[0].key")]
    [InlineData("POST", "model-versions/set-tag", """{"name": "x", "version": "1", "value": "a"}""", "key")]
    [InlineData("POST", "model-versions/set-tag", """{"name": "x", "version": "1", "key": "a//b"}""", "key")]
    [InlineData("POST", "model-versions/transition-stage", """{"name": "x", "version": "1"}""", "stage")]
    [InlineData("POST", "model-versions/transition-stage", """{"name": "x", "version": "1", "stage": "None", "archive_existing_versions": "perhaps"}""", "archive_existing_versions")]
    [InlineData("POST", "registered-models/alias", """{"name": "x", "version": "1"}""", "alias")]
    [InlineData("POST", "registered-models/set-tag", """{"name": "x"}""", "key")]
    public async Task A_field_that_is_missing_or_of_another_kind_is_named(string method, string path, string fields, string field)
    {
        var answer = await _client.SendAsync(new HttpMethod(method), $"/api/2.0/mlflow/{path}", fields);

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains($"'{field}'", answer.Message, StringComparison.Ordinal);
    }
}
