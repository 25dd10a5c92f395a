using System.Net;
using System.Text.Json;
using Slipway.Rollouts.Releases;
using Slipway.Serving.Engine;

namespace Slipway.Watch.Tests.Monitoring.Predictions;

/// <summary>What is told of a prediction, over HTTP: the same from the open chunk and from Parquet.</summary>
public sealed class ExplainTests
{
    private const int Open = 250_000;
    private const int Converted = 1;

    private static readonly string[] Stages = ["parseUs", "queueUs", "batchUs", "runUs", "writeUs"];

    [Theory]
    [InlineData(Open)]
    [InlineData(Converted)]
    public async Task A_prediction_tells_who_answered_what_with_its_times_and_its_truth(int chunkRows)
    {
        await using var host = await ExplainHost.StartAsync(chunkRows: chunkRows);
        var answer = await host.AskAsync("a", """{"event_time":"2026-03-01T12:00:00Z","segment.device":"mobile","sticky_key":"user-7"}""");
        await host.SendAsync(HttpMethod.Post, "/api/v1/deployments/bikes/outcomes?settle=true", HttpStatusCode.OK, """[{"id":"a","label":250}]""");
        await SettleAsync(host, chunkRows);

        var told = await host.ExplainAsync("a");

        Assert.Equal(("a", "bikes", "bike-demand", "1.0.0", "stable"), (Text(told, "id"), Text(told, "deployment"), Text(told, "model"), Text(told, "version"), Text(told, "role")));
        Assert.Equal("only", Text(told.GetProperty("why"), "decision"));
        Assert.False(told.GetProperty("failed").GetBoolean());
        Assert.False(told.GetProperty("fromCache").GetBoolean());
        Assert.False(told.TryGetProperty("rollout", out _));
        var timing = told.GetProperty("timing");
        var stages = Stages.Sum(stage => timing.GetProperty(stage).GetDouble());
        Assert.Equal(1000 * timing.GetProperty("milliseconds").GetDouble(), stages, 1.0);
        Assert.True(timing.GetProperty("runUs").GetDouble() > 0);

        var row = Assert.Single(told.GetProperty("rows").EnumerateArray());
        Assert.Equal(("a", "user-7", "mobile"), (Text(row, "id"), Text(row, "stickyKey"), Text(row.GetProperty("segments"), "device")));
        Assert.Equal(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), row.GetProperty("eventTime").GetDateTimeOffset());
        Assert.Equal("""[{"name":"temp","type":"FP64","value":20},{"name":"season","type":"BYTES","value":"summer"}]""", row.GetProperty("inputs").GetRawText());
        var prediction = answer.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble();
        Assert.Equal(prediction, row.GetProperty("outputs")[0].GetProperty("value").GetDouble());
        var outcome = row.GetProperty("outcome");
        Assert.Equal(("250", "joined"), (Text(outcome, "label"), Text(outcome, "state")));
        Assert.Equal(Math.Abs(250 - prediction), outcome.GetProperty("losses").GetProperty("absolute_error").GetDouble(), 1e-9);
        Assert.Empty(told.GetProperty("notLogged").EnumerateArray());
    }

    [Fact]
    public async Task A_prediction_whose_answer_has_just_come_is_found_by_the_id_that_it_was_given()
    {
        await using var host = await ExplainHost.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            var id = Text(await host.AskAsync(null), "id");
            Assert.Equal(id, Text((await host.ExplainAsync(id)).GetProperty("rows")[0], "id"));
        }
    }

    [Theory]
    [InlineData(Open)]
    [InlineData(Converted)]
    public async Task A_request_of_several_rows_lists_them_and_a_row_tells_of_itself(int chunkRows)
    {
        await using var host = await ExplainHost.StartAsync(chunkRows: chunkRows);
        await host.AskAsync("order/7", temps: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        await host.AskAsync("order/7/", temps: [50]);
        await SettleAsync(host, chunkRows);

        var request = await host.ExplainAsync("order/7");
        var row = await host.ExplainAsync("order/7/10");

        Assert.Equal(12, request.GetProperty("rowCount").GetInt32());
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"order/7/{i}"), request.GetProperty("rows").EnumerateArray().Select(r => Text(r, "id")));
        Assert.Equal(Enumerable.Range(1, 12), request.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("inputs")[0].GetProperty("value").GetInt32()));
        Assert.Equal("order/7/10", Text(Assert.Single(row.GetProperty("rows").EnumerateArray()), "id"));
        Assert.Equal(12, row.GetProperty("rowCount").GetInt32());
        Assert.Equal(request.GetProperty("timing").GetRawText(), row.GetProperty("timing").GetRawText());
    }

    [Theory]
    [InlineData(Open)]
    [InlineData(Converted)]
    public async Task The_requests_that_shared_a_run_name_each_other(int chunkRows)
    {
        await using var host = await ExplainHost.StartAsync(new ServeSettings { MaxBatch = 3, MaxDelay = TimeSpan.FromMinutes(5) }, chunkRows);
        string[] first = ["a", "b", "c"], second = ["d", "e", "f"];
        await Task.WhenAll(first.Select(id => host.AskAsync(id)));
        await Task.WhenAll(second.Select(id => host.AskAsync(id)));
        await SettleAsync(host, chunkRows);

        var run = (await host.ExplainAsync("b")).GetProperty("batch");

        Assert.Equal(3, run.GetProperty("rows").GetInt32());
        Assert.Equal(["a", "c"], run.GetProperty("mates").EnumerateArray().Select(mate => mate.GetString()));
        Assert.Equal(["d", "e"], (await host.ExplainAsync("f")).GetProperty("batch").GetProperty("mates").EnumerateArray().Select(mate => mate.GetString()));
    }

    [Fact]
    public async Task A_kept_answer_says_so_in_the_log_and_to_who_asks_for_its_timing()
    {
        await using var host = await ExplainHost.StartAsync(new ServeSettings { CacheFor = TimeSpan.FromHours(1) });
        var first = await host.AskAsync("a", """{"timing":true}""");
        var second = await host.AskAsync("b", """{"timing":true}""");

        Assert.False(first.GetProperty("parameters").GetProperty("from_cache").GetBoolean());
        Assert.True(second.GetProperty("parameters").GetProperty("from_cache").GetBoolean());
        Assert.False((await host.ExplainAsync("a")).GetProperty("fromCache").GetBoolean());
        Assert.True((await host.ExplainAsync("b")).GetProperty("fromCache").GetBoolean());
    }

    [Theory]
    [InlineData(Open)]
    [InlineData(Converted)]
    public async Task Whom_chance_assigned_is_told_with_the_numbers_that_decided(int chunkRows)
    {
        await using var host = await ExplainHost.StartAsync(chunkRows: chunkRows);
        await host.TryAsync(0.5);
        for (var i = 0; i < 8; i++)
        {
            await host.AskAsync($"by-id-{i}");
            await host.AskAsync($"by-key-{i}", $$"""{"sticky_key":"user-{{i}}"}""");
        }

        await SettleAsync(host, chunkRows);
        for (var i = 0; i < 8; i++)
        {
            Check(await host.ExplainAsync($"by-id-{i}"), "requestId", $"by-id-{i}");
            Check(await host.ExplainAsync($"by-key-{i}"), "stickyKey", $"user-{i}");
        }

        static void Check(JsonElement told, string kind, string unit)
        {
            var why = told.GetProperty("why");
            var bucket = RolloutUnits.Share(RolloutUnits.Hash("rollout-1", unit));
            Assert.Equal(("randomised", kind, unit), (Text(why, "decision"), Text(why, "unitKind"), Text(why, "unit")));
            Assert.Equal((0.5, bucket), (why.GetProperty("weight").GetDouble(), why.GetProperty("bucket").GetDouble()));
            Assert.Equal(bucket < 0.5 ? "candidate" : "stable", Text(told, "role"));
            Assert.Equal("rollout-1", Text(told, "rollout"));
        }
    }

    [Fact]
    public async Task Whom_chance_did_not_assign_is_told_why_not()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.TryAsync(0);
        await host.AskAsync("zero");
        await host.TryAsync(0.5);
        await host.AskAsync("pinned", path: "bikes/versions/1.1.0");
        await host.AskAsync("pinned-stable", path: "bikes/versions/1.0.0");
        var keys = Enumerable.Range(0, 100).Select(i => $"user-{i}").ToLookup(key => RolloutUnits.Share(RolloutUnits.Hash("rollout-1", key)) < 0.5, key => key);
        await host.AskAsync("both", $$"""{"sticky_key":["{{keys[true].First()}}","{{keys[false].First()}}"]}""", [1, 2]);

        Assert.Equal("weightZero", Decision(await host.ExplainAsync("zero")));
        Assert.Equal("pinned", Decision(await host.ExplainAsync("pinned")));
        Assert.Equal("pinned", Decision(await host.ExplainAsync("pinned-stable")));
        Assert.Equal("undivided", Decision(await host.ExplainAsync("both")));

        static string Decision(JsonElement told) => Text(told.GetProperty("why"), "decision");
    }

    [Fact]
    public async Task An_empty_sticky_key_is_none_in_the_log_as_in_the_routing()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.TryAsync(0.5);
        for (var i = 0; i < 8; i++)
        {
            await host.AskAsync($"n{i}", """{"sticky_key":""}""");
            var why = (await host.ExplainAsync($"n{i}")).GetProperty("why");
            Assert.Equal(("requestId", $"n{i}"), (Text(why, "unitKind"), Text(why, "unit")));
        }
    }

    [Fact]
    public async Task An_id_that_came_twice_is_explained_by_the_first_and_says_when_the_other_came()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync("twice", temps: [1]);
        await host.AskAsync("twice", temps: [2]);

        var told = await host.ExplainAsync("twice");

        Assert.Equal(1, told.GetProperty("rows")[0].GetProperty("inputs")[0].GetProperty("value").GetDouble());
        Assert.Single(told.GetProperty("cameAgainAt").EnumerateArray());
    }

    [Theory]
    [InlineData("a/b", "a%2Fb")]
    [InlineData("a/b", "a/b")]
    [InlineData("a%2Fb", "a%252Fb")]
    [InlineData("/", "%2F")]
    [InlineData("x/replay", "x%2Freplay")]
    [InlineData("ü €/猫 ?#%&+", "%C3%BC%20%E2%82%AC%2F%E7%8C%AB%20%3F%23%25%26%2B")]
    [InlineData("it's; drop table", "it's;%20drop%20table")]
    public async Task Any_id_is_found_as_callers_write_it_in_a_path(string id, string path)
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync(id);

        Assert.Equal(id, Text((await host.ExplainAsync(path)).GetProperty("rows")[0], "id"));
        Assert.Equal(id, Text((await host.ReplayAsync(path, "1.1.0")).GetProperty("rows")[0], "id"));
    }

    [Fact]
    public async Task The_longest_id_is_found_and_a_longer_one_refused()
    {
        await using var host = await ExplainHost.StartAsync();
        var longest = new string('i', 256);
        await host.AskAsync(longest);
        await host.AskAsync(string.Concat(Enumerable.Repeat("猫", 85)), temps: [1, 2]);

        await host.ExplainAsync(longest);
        await host.ExplainAsync(Uri.EscapeDataString(string.Concat(Enumerable.Repeat("猫", 85))) + "/1");
        Assert.Contains("has 301 characters", Text(await host.ExplainAsync(new string('i', 301), HttpStatusCode.BadRequest), "detail"), StringComparison.Ordinal);
        await host.ExplainAsync("", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task What_is_not_there_is_told_with_what_may_be_the_reason()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync("a");
        var other = await host.AddAsync("other", "first");
        await host.DeployAsync("other", other);

        Assert.Contains("has no prediction 'b'", Text(await host.ExplainAsync("b", HttpStatusCode.NotFound), "detail"), StringComparison.Ordinal);
        Assert.Contains("belongs to another deployment", Text(await host.ExplainAsync("a", HttpStatusCode.NotFound, "other"), "detail"), StringComparison.Ordinal);
        Assert.Contains("no deployment 'trains'", Text(await host.ExplainAsync("a", HttpStatusCode.NotFound, "trains"), "detail"), StringComparison.Ordinal);
        await host.ReplayAsync("b", "1.1.0", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData(Open)]
    [InlineData(Converted)]
    public async Task Every_type_is_told_as_the_signature_has_it(int chunkRows)
    {
        await using var host = await ExplainHost.StartAsync(chunkRows: chunkRows);
        await host.DeployAsync("types", await host.AddAsync("types", "types"));
        await host.InferAsync("types", TypesBody);
        await SettleAsync(host, chunkRows);

        var told = await host.ExplainAsync("t", deployment: "types");
        var replay = await host.ReplayAsync("t", "1.0.0", deployment: "types");

        var inputs = told.GetProperty("rows")[0].GetProperty("inputs").EnumerateArray().ToDictionary(v => Text(v, "type"), v => v.GetProperty("value").GetRawText());
        Assert.Equal(13, inputs.Count);
        Assert.Equal("[true,false]", inputs["BOOL"]);
        Assert.Equal("[-1,2]", inputs["INT64"]);
        Assert.Equal("[1,18446744073709549568]", inputs["UINT64"]);
        Assert.Equal("[0.1,2.5]", inputs["FP32"]);
        Assert.Equal("""["a","b,\"c\""]""", inputs["BYTES"]);
        Assert.Equal(13, replay.GetProperty("rows")[0].GetProperty("outputs").GetArrayLength());
        Assert.All(replay.GetProperty("rows")[0].GetProperty("outputs").EnumerateArray(), output =>
        {
            Assert.Equal(output.GetProperty("logged").GetRawText(), output.GetProperty("replayed").GetRawText());
            Assert.Equal(Text(output, "type") is "BOOL" or "BYTES", !output.TryGetProperty("difference", out var difference));
            Assert.True(difference.ValueKind == JsonValueKind.Undefined || difference.GetRawText() == "[0,0]");
        });
    }

    /// <summary>A row of each type for the deployment <c>types</c>, with the id <c>t</c>.</summary>
    internal const string TypesBody = """
        {"id":"t","inputs":[
          {"name":"bool","shape":[1,2],"datatype":"BOOL","data":[true,false]},
          {"name":"uint8","shape":[1,2],"datatype":"UINT8","data":[1,255]},
          {"name":"uint16","shape":[1,2],"datatype":"UINT16","data":[1,2]},
          {"name":"uint32","shape":[1,2],"datatype":"UINT32","data":[1,2]},
          {"name":"uint64","shape":[1,2],"datatype":"UINT64","data":[1,18446744073709549568]},
          {"name":"int8","shape":[1,2],"datatype":"INT8","data":[-1,2]},
          {"name":"int16","shape":[1,2],"datatype":"INT16","data":[-1,2]},
          {"name":"int32","shape":[1,2],"datatype":"INT32","data":[-1,2]},
          {"name":"int64","shape":[1,2],"datatype":"INT64","data":[-1,2]},
          {"name":"fp16","shape":[1,2],"datatype":"FP16","data":[0.5,2.5]},
          {"name":"fp32","shape":[1,2],"datatype":"FP32","data":[0.1,2.5]},
          {"name":"fp64","shape":[1,2],"datatype":"FP64","data":[0.1,2.5]},
          {"name":"text","shape":[1,2],"datatype":"BYTES","data":["a","b,\"c\""]}]}
        """;

    private static Task SettleAsync(ExplainHost host, int chunkRows) => chunkRows == Converted ? host.ConvertAsync() : Task.CompletedTask;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
