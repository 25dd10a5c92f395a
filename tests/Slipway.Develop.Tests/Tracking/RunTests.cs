using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking;

public abstract class RunTests(TrackingServer server)
{
    private static readonly string[] Nobody = ["4711", "x"];

    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_run_is_answered_as_it_was_created_and_as_it_is_read()
    {
        var created = await _client.PostAsync("runs/create", new
        {
            experiment_id = "0",
            user_id = "ada",
            run_name = "first <try>",
            start_time = "1700000000000",
            tags = new[] { new { key = "mlflow.source.name", value = "old" }, new { key = "mlflow.source.name", value = "train.py" } },
        });
        var info = created.GetProperty("run").GetProperty("info");
        var id = info.GetProperty("run_id").GetString()!;

        Assert.Matches("^[0-9a-f]{32}$", id);
        Assert.Equal(
            $$"""{"run_uuid":"{{id}}","experiment_id":"0","user_id":"ada","status":"RUNNING","start_time":1700000000000,"artifact_uri":"mlflow-artifacts:/0/{{id}}/artifacts","lifecycle_stage":"active","run_id":"{{id}}","run_name":"first \u003Ctry\u003E"}""",
            info.GetRawText());
        Assert.Equal(
            """{"tags":[{"key":"mlflow.runName","value":"first \u003Ctry\u003E"},{"key":"mlflow.source.name","value":"train.py"}]}""", created.GetProperty("run").GetProperty("data").GetRawText());
        Assert.Equal(created.GetProperty("run").GetRawText(), (await _client.GetRunAsync(id)).GetRawText());
        Assert.Equal(created.GetProperty("run").GetRawText(), (await _client.GetAsync("runs/get", ("run_uuid", id))).GetProperty("run").GetRawText());
    }

    [Fact]
    public async Task What_is_not_said_is_chosen_the_default_experiment_the_time_and_a_name()
    {
        var run = (await _client.PostAsync("runs/create", new { })).GetProperty("run");

        var info = run.GetProperty("info");
        Assert.Equal(("0", "", server.Time.GetUtcNow().ToUnixTimeMilliseconds()), (info.GetProperty("experiment_id").GetString(), info.GetProperty("user_id").GetString(), info.GetProperty("start_time").GetInt64()));
        Assert.Matches("^[a-z]+-[a-z]+-[0-9]{3}$", info.GetProperty("run_name").GetString());
    }

    [Fact]
    public async Task A_name_is_the_tag_and_the_tag_is_the_name()
    {
        var byTag = (await _client.PostAsync("runs/create", new { tags = new[] { new { key = "mlflow.runName", value = "by tag" } } })).GetProperty("run").GetProperty("info");
        Assert.Equal("by tag", byTag.GetProperty("run_name").GetString());

        var both = await _client.TryPostAsync("runs/create", new { run_name = "one", tags = new[] { new { key = "mlflow.runName", value = "other" } } });
        Assert.Equal("INVALID_PARAMETER_VALUE", both.ErrorCode);

        var id = byTag.GetProperty("run_id").GetString()!;
        await _client.PostAsync("runs/set-tag", new { run_id = id, key = "mlflow.runName", value = "second" });
        Assert.Equal("second", (await _client.GetRunAsync(id)).GetProperty("info").GetProperty("run_name").GetString());

        await _client.PostAsync("runs/update", new { run_id = id, run_name = "third" });
        Assert.Equal("third", (await _client.DataAsync(id, "tags"))["mlflow.runName"]);
    }

    [Theory]
    [InlineData("\"FINISHED\"", "FINISHED")]
    [InlineData("4", "FAILED")]
    public async Task An_update_sets_status_and_end_and_answers_with_the_run(string status, string name)
    {
        var id = await _client.CreateRunAsync();

        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/update", $$"""{"run_id": "{{id}}", "status": {{status}}, "end_time": 1700000001000}""");
        await _client.PostAsync("runs/update", new { run_id = id });

        var info = answer.Json.GetProperty("run_info");
        Assert.Equal((name, 1_700_000_001_000), (info.GetProperty("status").GetString(), info.GetProperty("end_time").GetInt64()));
        Assert.Equal(info.GetRawText(), (await _client.GetRunAsync(id)).GetProperty("info").GetRawText());
    }

    [Fact]
    public async Task A_deleted_run_is_read_but_not_changed_until_it_is_restored()
    {
        var id = await _client.CreateRunAsync();
        await _client.LogMetricAsync(id, "acc", 0.5);
        Assert.Equal("{}", (await _client.PostAsync("runs/delete", new { run_id = id })).GetRawText());
        await _client.PostAsync("runs/delete", new { run_id = id });

        foreach (var (path, fields) in new (string, object)[]
        {
            ("runs/log-metric", new { run_id = id, key = "acc", value = 1, timestamp = 1 }),
            ("runs/log-parameter", new { run_id = id, key = "a", value = "1" }),
            ("runs/set-tag", new { run_id = id, key = "a", value = "1" }),
            ("runs/delete-tag", new { run_id = id, key = "mlflow.runName" }),
            ("runs/log-batch", new { run_id = id }),
            ("runs/log-model", new { run_id = id, model_json = """{"artifact_path": "", "flavors": 1, "run_id": 1, "utc_time_created": 1}""" }),
            ("runs/update", new { run_id = id, status = "FAILED" }),
        })
        {
            var answer = await _client.TryPostAsync(path, fields);
            Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
            Assert.StartsWith($"The run {id} must be in the 'active' state. Current state is deleted.", answer.Message, StringComparison.Ordinal);
        }

        Assert.Equal("deleted", (await _client.GetRunAsync(id)).GetProperty("info").GetProperty("lifecycle_stage").GetString());
        Assert.Single(await _client.HistoryAsync(id, "acc"));
        await _client.PostAsync("runs/restore", new { run_id = id });
        await _client.PostAsync("runs/restore", new { run_id = id });
        await _client.LogMetricAsync(id, "acc", 0.75, step: 1);
        Assert.Equal("0.75", (await _client.DataAsync(id, "metrics"))["acc"]);
    }

    [Theory]
    [InlineData("runs/log-metric")]
    [InlineData("runs/log-parameter")]
    [InlineData("runs/set-tag")]
    [InlineData("runs/delete-tag")]
    [InlineData("runs/log-batch")]
    [InlineData("runs/update")]
    [InlineData("runs/delete")]
    [InlineData("runs/restore")]
    public async Task A_run_that_does_not_exist_is_said_so(string path)
    {
        var answer = await _client.TryPostAsync(path, new { run_id = "nobody", key = "k", value = path.EndsWith("metric", StringComparison.Ordinal) ? (object)1 : "1", timestamp = 0 });
        var old = await _client.TryPostAsync(path, new { run_uuid = "nobody", key = "k", value = path.EndsWith("metric", StringComparison.Ordinal) ? (object)1 : "1", timestamp = 0 });

        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", "Run with id=nobody not found"), (answer.Status, answer.ErrorCode, answer.Message));
        Assert.Equal(answer, old);
    }

    [Fact]
    public async Task A_parameter_is_logged_again_as_it_is_and_never_changed()
    {
        var id = await _client.CreateRunAsync();
        await _client.PostAsync("runs/log-parameter", new { run_id = id, key = "lr", value = "0.1" });
        Assert.Equal("{}", (await _client.PostAsync("runs/log-parameter", new { run_id = id, key = "lr", value = "0.1" })).GetRawText());

        var changed = await _client.TryPostAsync("runs/log-parameter", new { run_id = id, key = "lr", value = "0.2" });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (changed.Status, changed.ErrorCode));
        Assert.StartsWith(
            $"Changing param values is not allowed. Params were already logged='[{{'key': 'lr', 'old_value': '0.1', 'new_value': '0.2'}}]' for run ID='{id}'.", changed.Message, StringComparison.Ordinal);
        Assert.Equal("0.1", (await _client.DataAsync(id, "params"))["lr"]);
    }

    [Fact]
    public async Task Tags_are_set_changed_and_deleted()
    {
        var id = await _client.CreateRunAsync(name: "named");
        await _client.PostAsync("runs/set-tag", new { run_id = id, key = "a b.c/d:e", value = "<i>1</i>" });
        await _client.PostAsync("runs/set-tag", new { run_id = id, key = "a b.c/d:e", value = "2" });
        await _client.PostAsync("runs/set-tag", new { run_id = id, key = "empty" });
        Assert.Equal(["a b.c/d:e=2", "empty=", "mlflow.runName=named"], (await _client.DataAsync(id, "tags")).Select(tag => $"{tag.Key}={tag.Value}"));

        await _client.PostAsync("runs/delete-tag", new { run_id = id, key = "empty" });
        var again = await _client.TryPostAsync("runs/delete-tag", new { run_id = id, key = "empty" });
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST", $"No tag with name: empty in run with id {id}"), (again.Status, again.ErrorCode, again.Message));
    }

    [Fact]
    public async Task A_batch_is_kept_whole()
    {
        var id = await _client.CreateRunAsync(name: "batch");
        Assert.Equal("{}", (await _client.PostAsync("runs/log-batch", new
        {
            run_id = id,
            metrics = new object[] { new { key = "acc", value = 0.5, timestamp = 1, step = 1 }, new { key = "acc", value = 0.25, timestamp = 1, step = 0 }, new { key = "loss", value = "NaN", timestamp = "2", step = "3" } },
            @params = new[] { new { key = "lr", value = "0.1" } },
            tags = new[] { new { key = "t", value = "1" }, new { key = "t", value = "2" } },
        })).GetRawText());

        Assert.Equal(["acc=0.5", "loss=NaN"], (await _client.DataAsync(id, "metrics")).Select(m => $"{m.Key}={m.Value}"));
        Assert.Equal([(0L, "0.25"), (1L, "0.5")], await _client.HistoryAsync(id, "acc"));
        Assert.Equal("0.1", (await _client.DataAsync(id, "params"))["lr"]);
        Assert.Equal("2", (await _client.DataAsync(id, "tags"))["t"]);
    }

    [Fact]
    public async Task A_changed_parameter_refuses_the_whole_batch()
    {
        var id = await _client.CreateRunAsync();
        await _client.PostAsync("runs/log-parameter", new { run_id = id, key = "lr", value = "0.1" });
        var before = await _client.GetRunAsync(id);

        var answer = await _client.TryPostAsync("runs/log-batch", new
        {
            run_id = id,
            metrics = new[] { new { key = "acc", value = 0.5, timestamp = 1 } },
            @params = new[] { new { key = "new", value = "1" }, new { key = "lr", value = "0.2" } },
            tags = new[] { new { key = "t", value = "1" } },
        });

        Assert.Equal("INVALID_PARAMETER_VALUE", answer.ErrorCode);
        Assert.Equal(before.GetRawText(), (await _client.GetRunAsync(id)).GetRawText());
        Assert.Empty(await _client.HistoryAsync(id, "acc"));
    }

    [Fact]
    public async Task A_mistake_in_one_item_refuses_the_whole_batch_and_says_which()
    {
        var id = await _client.CreateRunAsync();

        var answer = await _client.TryPostAsync("runs/log-batch", new { run_id = id, metrics = new object[] { new { key = "a", value = 1, timestamp = 1 }, new { key = "b", value = "much", timestamp = 1 } } });
        var twice = await _client.TryPostAsync("runs/log-batch", new { run_id = id, @params = new[] { new { key = "p", value = "1" }, new { key = "p", value = "1" } } });

        Assert.StartsWith("Invalid value \"much\" for parameter 'metrics[1].value' supplied", answer.Message, StringComparison.Ordinal);
        Assert.StartsWith("Duplicate parameter keys have been submitted: ['p']", twice.Message, StringComparison.Ordinal);
        Assert.Empty(await _client.DataAsync(id, "metrics"));
    }

    [Fact]
    public async Task Runs_are_searched_by_what_they_logged_in_the_order_that_is_asked_for()
    {
        var experiment = await _client.CreateExperimentAsync();
        var runs = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            runs.Add(await _client.CreateRunAsync(experiment, $"run {i}"));
            await _client.PostAsync("runs/log-batch", new { run_id = runs[i], metrics = new[] { new { key = "val acc", value = i / 10.0, timestamp = 1 } }, @params = new[] { new { key = "lr", value = $"{i % 2}" } } });
        }

        await _client.PostAsync("runs/delete", new { run_id = runs[5] });
        var fields = new { experiment_ids = new[] { experiment }, filter = "metrics.`val acc` > 0.05 and params.lr = '1'", order_by = new[] { "metrics.`val acc` DESC" } };
        Assert.Equal([runs[3], runs[1]], Ids(await _client.PostAsync("runs/search", fields)));

        var all = new { fields.experiment_ids, order_by = new[] { "metrics.`val acc`" }, run_view_type = "ALL", max_results = 4 };
        var first = await _client.PostAsync("runs/search", all);
        var second = await _client.PostAsync("runs/search", new { all.experiment_ids, all.order_by, all.run_view_type, all.max_results, page_token = first.GetProperty("next_page_token").GetString() });
        Assert.Equal(runs, [.. Ids(first), .. Ids(second)]);
        Assert.False(second.TryGetProperty("next_page_token", out _));
        Assert.Equal((await _client.GetRunAsync(runs[0])).GetRawText(), first.GetProperty("runs")[0].GetRawText());

        Assert.Equal("{}", (await _client.PostAsync("runs/search", new { experiment_ids = Nobody })).GetRawText());
        Assert.Equal("{}", (await _client.PostAsync("runs/search", new { })).GetRawText());
        var foreign = await _client.TryPostAsync("runs/search", new { all.experiment_ids, page_token = first.GetProperty("next_page_token").GetString() });
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (foreign.Status, foreign.ErrorCode));
        var broken = await _client.TryPostAsync("runs/search", new { all.experiment_ids, filter = "metrics.acc >" });
        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (broken.Status, broken.ErrorCode));

        static List<string> Ids(JsonElement answer) => [.. answer.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("info").GetProperty("run_id").GetString()!)];
    }

    [Fact]
    public async Task Sixteen_writers_at_once_lose_nothing_and_no_database_is_locked()
    {
        const int Writers = 16;
        const int Calls = 40;
        var experiment = await _client.CreateExperimentAsync();
        var shared = await _client.CreateRunAsync(experiment);

        var runs = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            using var client = new WireClient(server.Address);
            var own = await client.CreateRunAsync(experiment);
            for (var i = 0; i < Calls; i++)
            {
                await client.LogMetricAsync(shared, "together", writer, step: (writer * Calls) + i);
                await client.PostAsync("runs/log-batch", new { run_id = own, metrics = new[] { new { key = "a", value = i, timestamp = 1, step = i }, new { key = "b", value = -i, timestamp = 1, step = i } } });
            }

            return own;
        })));

        Assert.Equal(Enumerable.Range(0, Writers * Calls).Select(step => (long)step), (await _client.HistoryAsync(shared, "together")).Select(point => point.Step));
        foreach (var run in runs)
        {
            Assert.Equal(Calls, (await _client.HistoryAsync(run, "b")).Count);
            Assert.Equal($"{Calls - 1}", (await _client.DataAsync(run, "metrics"))["a"]);
        }
    }

    [Fact]
    public async Task Every_change_is_in_the_audit_once()
    {
        var id = await _client.CreateRunAsync();
        await _client.LogMetricAsync(id, "acc", 1);
        await _client.TryPostAsync("runs/log-metric", new { run_id = id, key = "acc" });
        await _client.SendAsync(HttpMethod.Post, "/ajax-api/2.0/mlflow/runs/set-tag", $$"""{"run_id": "{{id}}", "key": "a", "value": "b"}""");

        var entries = await server.Audit.ListAsync(4, TestContext.Current.CancellationToken);

        Assert.Equal([("SetRunTagAjax", id, 200), ("LogMetric", "", 400), ("LogMetric", id, 200), ("CreateRun", "0", 200)], entries.Select(e => (e.Action, e.Target, e.Outcome)));
    }
}

public sealed class RunOnSqliteTests(TrackingServer server) : RunTests(server), IClassFixture<TrackingServer>;

public sealed class RunOnPostgreSqlTests(PostgreSqlTrackingServer server) : RunTests(server), IClassFixture<PostgreSqlTrackingServer>;
