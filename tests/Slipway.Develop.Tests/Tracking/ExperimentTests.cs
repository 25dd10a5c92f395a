using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking;

public abstract class ExperimentTests(TrackingServer server)
{
    private readonly WireClient _client = server.Client;
    private readonly string _name = $"churn {Guid.NewGuid():N}";

    [Fact]
    public async Task The_default_experiment_is_there_from_the_start()
    {
        var experiment = (await _client.GetAsync("experiments/get", ("experiment_id", "0"))).GetProperty("experiment");

        Assert.Equal("""{"experiment_id":"0","name":"Default","artifact_location":"mlflow-artifacts:/0","lifecycle_stage":"active","last_update_time":0,"creation_time":0}""", experiment.GetRawText());
        Assert.Equal("0", (await _client.GetAsync("experiments/get-by-name", ("experiment_name", "Default"))).GetProperty("experiment").GetProperty("experiment_id").GetString());
    }

    [Fact]
    public async Task What_is_created_is_found_by_id_and_by_name_with_its_tags()
    {
        var created = await _client.PostAsync("experiments/create", new { name = _name, tags = new[] { new { key = "team", value = "growth" }, new { key = "a", value = "" } } });
        var id = created.GetProperty("experiment_id").GetString()!;
        var now = server.Time.GetUtcNow().ToUnixTimeMilliseconds();

        var byId = await _client.GetAsync("experiments/get", ("experiment_id", id));
        var byName = await _client.GetAsync("experiments/get-by-name", ("experiment_name", _name));

        Assert.Equal(
            $$$"""{"experiment":{"experiment_id":"{{{id}}}","name":"{{{_name}}}","artifact_location":"mlflow-artifacts:/{{{id}}}","lifecycle_stage":"active","last_update_time":{{{now}}},"creation_time":{{{now}}},"tags":[{"key":"a","value":""},{"key":"team","value":"growth"}]}}""",
            byId.GetRawText());
        Assert.Equal(byId.GetRawText(), byName.GetRawText());
    }

    [Fact]
    public async Task A_name_is_taken_once_also_by_what_is_deleted()
    {
        var id = await _client.CreateExperimentAsync(_name);
        var taken = await _client.TryPostAsync("experiments/create", new { name = _name });
        await _client.PostAsync("experiments/delete", new { experiment_id = id });
        var deleted = await _client.TryPostAsync("experiments/create", new { name = _name });

        Assert.Equal((HttpStatusCode.BadRequest, "RESOURCE_ALREADY_EXISTS", $"Experiment '{_name}' already exists."), (taken.Status, taken.ErrorCode, taken.Message));
        Assert.Equal("RESOURCE_ALREADY_EXISTS", deleted.ErrorCode);
        Assert.Contains("already exists in deleted state", deleted.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_that_create_one_name_at_once_one_wins_and_the_others_hear_that_it_exists()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => _client.TryPostAsync("experiments/create", new { name = _name })));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(15, answers.Count(answer => answer.Status == HttpStatusCode.BadRequest && answer.ErrorCode == "RESOURCE_ALREADY_EXISTS"));
    }

    [Fact]
    public async Task Deletion_takes_the_runs_along_and_a_restore_brings_those_back_that_it_took()
    {
        var id = await _client.CreateExperimentAsync(_name);
        var kept = await _client.CreateRunAsync(id);
        var before = await _client.CreateRunAsync(id);
        await _client.PostAsync("runs/delete", new { run_id = before });
        server.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("{}", (await _client.PostAsync("experiments/delete", new { experiment_id = id })).GetRawText());
        Assert.Equal(("deleted", "deleted", "deleted"), (await StageAsync(id), await RunStageAsync(kept), await RunStageAsync(before)));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryPostAsync("experiments/delete", new { experiment_id = id })).ErrorCode);
        foreach (var refused in new[] { await _client.TryPostAsync("runs/create", new { experiment_id = id }), await _client.TryPostAsync("runs/restore", new { run_id = kept }) })
        {
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (refused.Status, refused.ErrorCode));
            Assert.StartsWith($"The experiment {id} must be in the 'active' state", refused.Message, StringComparison.Ordinal);
        }

        Assert.Equal("{}", (await _client.PostAsync("experiments/restore", new { experiment_id = id })).GetRawText());
        Assert.Equal(("active", "active", "deleted"), (await StageAsync(id), await RunStageAsync(kept), await RunStageAsync(before)));
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryPostAsync("experiments/restore", new { experiment_id = id })).ErrorCode);
    }

    [Fact]
    public async Task A_new_name_must_be_free_and_the_experiment_active()
    {
        var id = await _client.CreateExperimentAsync(_name);
        var other = await _client.CreateExperimentAsync();
        server.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("RESOURCE_ALREADY_EXISTS", (await _client.TryPostAsync("experiments/update", new { experiment_id = other, new_name = _name })).ErrorCode);
        await _client.PostAsync("experiments/update", new { experiment_id = id, new_name = $"{_name} 2" });

        var experiment = (await _client.GetAsync("experiments/get", ("experiment_id", id))).GetProperty("experiment");
        Assert.Equal($"{_name} 2", experiment.GetProperty("name").GetString());
        Assert.Equal(1000, experiment.GetProperty("last_update_time").GetInt64() - experiment.GetProperty("creation_time").GetInt64());

        await _client.PostAsync("experiments/delete", new { experiment_id = id });
        Assert.Equal("INVALID_PARAMETER_VALUE", (await _client.TryPostAsync("experiments/update", new { experiment_id = id, new_name = "x" })).ErrorCode);
    }

    [Fact]
    public async Task Tags_are_set_changed_and_deleted()
    {
        var id = await _client.CreateExperimentAsync(_name);
        await _client.PostAsync("experiments/set-experiment-tag", new { experiment_id = id, key = "team", value = "a" });
        await _client.PostAsync("experiments/set-experiment-tag", new { experiment_id = id, key = "team", value = "b" });
        Assert.Equal("""[{"key":"team","value":"b"}]""", (await TagsAsync(id))?.GetRawText());

        await _client.PostAsync("experiments/delete-experiment-tag", new { experiment_id = id, key = "team" });
        Assert.Null(await TagsAsync(id));
        var again = await _client.TryPostAsync("experiments/delete-experiment-tag", new { experiment_id = id, key = "team" });
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (again.Status, again.ErrorCode));
    }

    [Theory]
    [InlineData("experiments/get", "experiment_id", "4711", "No Experiment with id=4711 exists")]
    [InlineData("experiments/get", "experiment_id", "-1", "No Experiment with id=-1 exists")]
    [InlineData("experiments/get", "experiment_id", "no number", "No Experiment with id=no number exists")]
    [InlineData("experiments/get-by-name", "experiment_name", "<b>nobody</b>", "Could not find experiment with name '<b>nobody</b>'")]
    public async Task What_does_not_exist_is_said_so(string path, string field, string value, string message)
    {
        var answer = await _client.TryGetAsync(path, (field, value));

        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", message), (answer.Status, answer.ErrorCode, answer.Message));
        Assert.DoesNotContain("<b>", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ünïcode 漢字 😀 name")]
    [InlineData("<script>alert('x')</script>")]
    [InlineData("a/b?c#d%2e;e\"f'g\\")]
    [InlineData(" ")]
    public async Task A_name_may_hold_any_text_and_comes_back_as_it_is(string text)
    {
        var name = $"{text} {_name}";
        await _client.CreateExperimentAsync(name);

        var answer = await _client.TryGetAsync("experiments/get-by-name", ("experiment_name", name));

        Assert.Equal(name, answer.Json.GetProperty("experiment").GetProperty("name").GetString());
        Assert.DoesNotContain("<script>", answer.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mlflow-artifacts:/team/churn", true)]
    [InlineData("mlflow-artifacts:/team/churn/", true)]
    [InlineData("", true)]
    [InlineData("mlflow-artifacts:/../etc", false)]
    [InlineData("mlflow-artifacts:/a/%2e%2e/b", false)]
    [InlineData("mlflow-artifacts:/a/%252e%252e/b", false)]
    [InlineData("mlflow-artifacts:/a?b", false)]
    [InlineData("mlflow-artifacts:/a#b", false)]
    [InlineData("mlflow-artifacts://evil.example/a", false)]
    [InlineData("mlflow-artifacts:a", false)]
    [InlineData("file:///etc", false)]
    [InlineData("/etc/passwd", false)]
    [InlineData("./mlruns", false)]
    [InlineData("s3://bucket/x", false)]
    [InlineData("runs:/x", false)]
    public async Task Artifacts_lie_on_this_server_and_nowhere_else(string location, bool taken)
    {
        var answer = await _client.TryPostAsync("experiments/create", new { name = _name, artifact_location = location });

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        if (!taken)
        {
            Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
            Assert.Contains("'artifact_location'", answer.Message, StringComparison.Ordinal);
        }
        else if (location.Length > 0)
        {
            var run = await _client.CreateRunAsync(answer.Json.GetProperty("experiment_id").GetString()!);
            Assert.Equal($"mlflow-artifacts:/team/churn/{run}/artifacts", (await _client.GetRunAsync(run)).GetProperty("info").GetProperty("artifact_uri").GetString());
        }
    }

    [Fact]
    public async Task A_search_pages_through_experiments_by_name_and_stage_under_both_methods()
    {
        var mark = Guid.NewGuid().ToString("N");
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add(await _client.CreateExperimentAsync($"{mark} {i}"));
        }

        await _client.PostAsync("experiments/delete", new { experiment_id = ids[4] });
        var fields = new { filter = $"name LIKE '{mark}%'", order_by = new[] { "name DESC" }, max_results = 3 };
        var first = await _client.PostAsync("experiments/search", fields);
        var second = await _client.PostAsync("experiments/search", new { fields.filter, fields.order_by, fields.max_results, page_token = first.GetProperty("next_page_token").GetString() });
        var byQuery = await _client.GetAsync("experiments/search", ("filter", fields.filter), ("order_by", "name DESC"), ("max_results", 3));
        var deleted = await _client.PostAsync("experiments/search", new { fields.filter, view_type = "DELETED_ONLY" });
        var all = await _client.PostAsync("experiments/search", new { fields.filter, view_type = 3 });
        var none = await _client.PostAsync("experiments/search", new { filter = "name = 'nobody''s'" });

        Assert.Equal([ids[3], ids[2], ids[1]], Ids(first));
        Assert.Equal([ids[0]], Ids(second));
        Assert.False(second.TryGetProperty("next_page_token", out _));
        Assert.Equal(Ids(first), Ids(byQuery));
        Assert.Equal([ids[4]], Ids(deleted));
        Assert.Equal(5, Ids(all).Count);
        Assert.Equal("{}", none.GetRawText());

        static List<string> Ids(JsonElement answer) => [.. answer.GetProperty("experiments").EnumerateArray().Select(e => e.GetProperty("experiment_id").GetString()!)];
    }

    private async Task<string?> StageAsync(string id) => (await _client.GetAsync("experiments/get", ("experiment_id", id))).GetProperty("experiment").GetProperty("lifecycle_stage").GetString();

    private async Task<string?> RunStageAsync(string id) => (await _client.GetRunAsync(id)).GetProperty("info").GetProperty("lifecycle_stage").GetString();

    private async Task<JsonElement?> TagsAsync(string id) =>
        (await _client.GetAsync("experiments/get", ("experiment_id", id))).GetProperty("experiment").TryGetProperty("tags", out var tags) ? tags : null;
}

public sealed class ExperimentOnSqliteTests(TrackingServer server) : ExperimentTests(server), IClassFixture<TrackingServer>;

public sealed class ExperimentOnPostgreSqlTests(PostgreSqlTrackingServer server) : ExperimentTests(server), IClassFixture<PostgreSqlTrackingServer>;
