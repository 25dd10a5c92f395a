using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Slipway.Develop.Tests.Tracking.LoggedModels;

/// <summary>The life of a logged model.</summary>
public abstract class LoggedModelTests(TrackingServer server)
{
    private const string Root = "/api/2.0/mlflow/logged-models";

    private readonly WireClient _client = server.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_is_answered_as_it_was_created_and_as_it_is_read()
    {
        var experiment = await _client.CreateExperimentAsync();
        var created = await _client.PostAsync("logged-models", new
        {
            experiment_id = experiment,
            name = "größe <b>",
            model_type = "classifier",
            source_run_id = "run-1",
            @params = new[] { new { key = "lr", value = "0.1" }, new { key = "a/b:c", value = "" } },
            tags = new[] { new { key = "team", value = "old" }, new { key = "team", value = "<i>" } },
        });

        var id = created.GetProperty("model").GetProperty("info").GetProperty("model_id").GetString()!;
        var now = server.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Matches("^m-[0-9a-f]{32}$", id);
        Assert.Equal(
            $$$$"""{"model":{"info":{"model_id":"{{{{id}}}}","experiment_id":"{{{{experiment}}}}","name":"größe \u003Cb\u003E","creation_timestamp_ms":{{{{now}}}},"last_updated_timestamp_ms":{{{{now}}}},"artifact_uri":"mlflow-artifacts:/{{{{experiment}}}}/models/{{{{id}}}}/artifacts","status":"LOGGED_MODEL_PENDING","model_type":"classifier","source_run_id":"run-1","tags":[{"key":"team","value":"\u003Ci\u003E"}]},"data":{"params":[{"key":"a/b:c","value":""},{"key":"lr","value":"0.1"}]}}}""",
            created.GetRawText());
        Assert.Equal(created.GetRawText(), (await _client.GetAsync($"logged-models/{id}")).GetRawText());
        Assert.Equal(created.GetRawText(), (await _client.SendAsync(HttpMethod.Get, $"/ajax-api/2.0/mlflow/logged-models/{id}", null)).Text);
    }

    [Fact]
    public async Task What_is_not_said_is_chosen()
    {
        var info = await CreateAsync();

        Assert.Matches("^[a-z]+-[a-z]+-[0-9]{3}$", info.GetProperty("name").GetString());
        Assert.False(info.TryGetProperty("model_type", out _) || info.TryGetProperty("source_run_id", out _) || info.TryGetProperty("tags", out _));
    }

    [Theory]
    [InlineData("LOGGED_MODEL_READY", true)]
    [InlineData("LOGGED_MODEL_UPLOAD_FAILED", true)]
    [InlineData("LOGGED_MODEL_PENDING", false)]
    [InlineData("READY", false)]
    public async Task A_model_becomes_final(string status, bool taken)
    {
        var id = Id(await CreateAsync());

        var answer = await PatchAsync(id, "", new { model_id = id, status });

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(taken ? status : "LOGGED_MODEL_PENDING", (await InfoAsync(id)).GetProperty("status").GetString());
        Assert.Equal(taken ? status : "INVALID_PARAMETER_VALUE", taken ? answer.Json.GetProperty("model").GetProperty("info").GetProperty("status").GetString() : answer.ErrorCode);
        if (!taken)
        {
            Assert.Contains("'status'", answer.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Tags_are_set_changed_and_deleted_whatever_their_keys()
    {
        var id = Id(await CreateAsync());
        var set = await PatchAsync(id, "/tags", new { tags = new[] { new { key = "a/b c", value = "1" }, new { key = "d", value = "2" } } });
        await PatchAsync(id, "/tags", new { tags = new[] { new { key = "d", value = "3" } } });

        Assert.Equal("""[{"key":"a/b c","value":"1"},{"key":"d","value":"2"}]""", set.Json.GetProperty("model").GetProperty("info").GetProperty("tags").GetRawText());
        Assert.Equal("{}", (await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}/tags/a%2Fb%20c", null)).Text);
        Assert.Equal("""[{"key":"d","value":"3"}]""", (await InfoAsync(id)).GetProperty("tags").GetRawText());
        await PatchAsync(id, "/tags", new { tags = new[] { new { key = "a/b", value = "1" } } });
        Assert.Equal("{}", (await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}/tags/a/b", null)).Text);
        var missing = await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}/tags/nothing", null);
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", $"No tag with key 'nothing' found for model with ID '{id}'."), (missing.Status, missing.ErrorCode, missing.Message));
    }

    [Fact]
    public async Task A_parameter_is_logged_again_as_it_is_and_never_changed()
    {
        var id = Id(await CreateAsync());
        Assert.Equal("{}", (await _client.PostAsync($"logged-models/{id}/params", new { model_id = id, @params = new[] { new { key = "lr", value = "0.1" } } })).GetRawText());
        await _client.PostAsync($"logged-models/{id}/params", new { @params = new[] { new { key = "lr", value = "0.1" } } });

        var changed = await _client.TryPostAsync($"logged-models/{id}/params", new { @params = new[] { new { key = "depth", value = "3" }, new { key = "lr", value = "0.2" } } });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (changed.Status, changed.ErrorCode));
        Assert.StartsWith("Changing param values is not allowed. Param 'lr'", changed.Message, StringComparison.Ordinal);
        Assert.Equal("""[{"key":"lr","value":"0.1"}]""", (await _client.GetAsync($"logged-models/{id}")).GetProperty("model").GetProperty("data").GetProperty("params").GetRawText());
    }

    [Fact]
    public async Task A_deleted_model_is_neither_read_nor_changed()
    {
        var id = Id(await CreateAsync());
        Assert.Equal("{}", (await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}", null)).Text);
        Assert.Equal("{}", (await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}", "{}")).Text);

        await AssertNotFoundAsync(id);
    }

    [Fact]
    public async Task A_model_that_does_not_exist_is_said_so()
    {
        await AssertNotFoundAsync("m-0");
        Assert.Equal(HttpStatusCode.NotFound, (await _client.SendAsync(HttpMethod.Delete, $"{Root}/m-0", null)).Status);
    }

    [Fact]
    public async Task An_experiment_must_be_there_and_active()
    {
        var experiment = await _client.CreateExperimentAsync();
        await _client.PostAsync("experiments/delete", new { experiment_id = experiment });

        var deleted = await _client.TryPostAsync("logged-models", new { experiment_id = experiment });
        var missing = await _client.TryPostAsync("logged-models", new { experiment_id = "4711" });
        var unnamed = await _client.TryPostAsync("logged-models", new { name = "a" });

        Assert.Equal("INVALID_PARAMETER_VALUE", deleted.ErrorCode);
        Assert.Equal((HttpStatusCode.NotFound, "No Experiment with id=4711 exists"), (missing.Status, missing.Message));
        Assert.Contains("'experiment_id'", unnamed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("a.b")]
    [InlineData("a%b")]
    [InlineData("a\"b")]
    [InlineData("a'b")]
    public async Task A_name_stands_in_addresses(string name)
    {
        var answer = await _client.TryPostAsync("logged-models", new { experiment_id = "0", name });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains("'name'", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("name", 500, "'name'")]
    [InlineData("model_type", 500, "'model_type'")]
    [InlineData("source_run_id", 250, "'source_run_id'")]
    [InlineData("tags.key", 255, "'tags[0].key'")]
    [InlineData("tags.value", 8000, "'tags[0].value'")]
    [InlineData("params.key", 255, "'params[0].key'")]
    [InlineData("params.value", 6000, "'params[0].value'")]
    public async Task A_text_may_be_as_long_as_its_limit_and_no_longer(string field, int limit, string named)
    {
        Assert.Equal(HttpStatusCode.OK, (await TryAsync(new string('v', limit - 1) + "😀")).Status);

        var longer = await TryAsync(new string('v', limit + 1));
        Assert.Equal((HttpStatusCode.BadRequest, $"{named} exceeds the maximum length of {limit} characters."), (longer.Status, longer.Message));

        Task<WireAnswer> TryAsync(string text)
        {
            var parts = field.Split('.');
            var message = WireClient.With(
                new { experiment_id = "0" }, parts.Length == 1 ? (field, text) : (parts[0], new JsonArray(WireClient.With(new { key = "k", value = "v" }, (parts[1], text)))));
            return _client.SendAsync(HttpMethod.Post, Root, message.ToJsonString());
        }
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_with_the_model()
    {
        var id = Id(await CreateAsync());
        await PatchAsync(id, "", new { status = "LOGGED_MODEL_READY" });
        await PatchAsync(id, "/tags", new { tags = new[] { new { key = "a", value = "1" } } });
        await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}/tags/a", null);
        await _client.PostAsync($"logged-models/{id}/params", new { });
        await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}", null);

        var entries = await server.Audit.ListAsync(6, Cancel);

        Assert.Equal(
            [("DeleteLoggedModel", id), ("LogLoggedModelParameters", id), ("DeleteLoggedModelTag", id), ("SetLoggedModelTags", id), ("FinalizeLoggedModel", id), ("CreateLoggedModel", "0")],
            entries.Select(entry => (entry.Action, entry.Target)));
    }

    private async Task AssertNotFoundAsync(string id)
    {
        foreach (var answer in new[]
        {
            await _client.TryGetAsync($"logged-models/{id}"),
            await _client.TryGetAsync($"logged-models/{id}/artifacts/directories"),
            await _client.TryGetAsync($"logged-models/{id}/artifacts/files", ("artifact_file_path", "a")),
            await PatchAsync(id, "", new { status = "LOGGED_MODEL_READY" }),
            await PatchAsync(id, "/tags", new { }),
            await _client.SendAsync(HttpMethod.Delete, $"{Root}/{id}/tags/a", null),
            await _client.TryPostAsync($"logged-models/{id}/params", new { }),
        })
        {
            Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", $"Logged model with ID '{id}' not found."), (answer.Status, answer.ErrorCode, answer.Message));
        }
    }

    private async Task<JsonElement> CreateAsync() => (await _client.PostAsync("logged-models", new { experiment_id = "0" })).GetProperty("model").GetProperty("info");

    private async Task<JsonElement> InfoAsync(string id) => (await _client.GetAsync($"logged-models/{id}")).GetProperty("model").GetProperty("info");

    private Task<WireAnswer> PatchAsync(string id, string path, object fields) => _client.SendAsync(HttpMethod.Patch, $"{Root}/{id}{path}", JsonSerializer.Serialize(fields));

    private static string Id(JsonElement info) => info.GetProperty("model_id").GetString()!;
}

public sealed class LoggedModelOnSqliteTests(TrackingServer server) : LoggedModelTests(server), IClassFixture<TrackingServer>;

public sealed class LoggedModelOnPostgreSqlTests(PostgreSqlTrackingServer server) : LoggedModelTests(server), IClassFixture<PostgreSqlTrackingServer>;
