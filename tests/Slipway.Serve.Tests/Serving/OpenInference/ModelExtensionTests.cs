using System.Net;
using System.Text.Json;

namespace Slipway.Serve.Tests.Serving.OpenInference;

/// <summary>The extensions <c>model_configuration</c> and <c>statistics</c>, timing, and what else a request says of itself.</summary>
public sealed class ModelExtensionTests
{
    private const string Infer = "/v2/models/bikes/infer";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v2/models/bikes/config")]
    [InlineData("/v2/models/bikes/versions/1.0.0/config")]
    [InlineData("/v2/models/bikes/versions/1/config")]
    public async Task A_configuration_says_what_the_model_takes_and_gives(string path)
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: true, Cancel);

        var config = (await server.GetAsync(path, Cancel)).Json;

        Assert.Equal("bikes", config.GetProperty("name").GetString());
        Assert.Equal("lightgbm_text", config.GetProperty("platform").GetString());
        Assert.Equal("lightgbm", config.GetProperty("backend").GetString());
        Assert.Equal(0, config.GetProperty("max_batch_size").GetInt32());
        Assert.Equal(
            """[{"name":"temp","data_type":"TYPE_FP64","dims":[-1],"optional":false},{"name":"season","data_type":"TYPE_STRING","dims":[-1],"optional":false}]""",
            config.GetProperty("input").GetRawText());
        Assert.Equal("""[{"name":"prediction","data_type":"TYPE_FP64","dims":[-1]}]""", config.GetProperty("output").GetRawText());
    }

    [Fact]
    public async Task Statistics_count_rows_runs_failures_and_where_the_time_went()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: true, Cancel);
        await server.PostAsync(Infer, Requests.Summer, Cancel);
        await server.PostAsync(Infer, Requests.Summer, Cancel);
        await server.PostAsync(Infer, Callers.TwoRows("a", "b"), Cancel);
        await server.PostAsync(Infer, Requests.With("\"outputs\":[{\"name\":\"price\"}]"), Cancel);
        await server.PostAsync("/v2/models/bikes/versions/1/infer", Requests.Summer, Cancel);

        var all = (await server.GetAsync("/v2/models/stats", Cancel)).Json.GetProperty("model_stats");
        var bikes = (await server.GetAsync("/v2/models/bikes/stats", Cancel)).Json.GetProperty("model_stats");
        var first = (await server.GetAsync("/v2/models/bikes/versions/1/stats", Cancel)).Json.GetProperty("model_stats");

        Assert.Equal(bikes.GetRawText(), all.GetRawText());
        Assert.Equal(2, bikes.GetArrayLength());
        var stats = bikes[0];
        Assert.Equal("bikes", stats.GetProperty("name").GetString());
        Assert.Equal(4, stats.GetProperty("inference_count").GetInt32());
        Assert.Equal(3, stats.GetProperty("execution_count").GetInt32());
        Assert.InRange(stats.GetProperty("last_inference").GetInt64(), 1_600_000_000_000, long.MaxValue);
        var stages = stats.GetProperty("inference_stats");
        Assert.Equal((3, 1), (Count(stages, "success"), Count(stages, "fail")));
        Assert.Equal((3, 3, 3, 3), (Count(stages, "queue"), Count(stages, "compute_input"), Count(stages, "compute_infer"), Count(stages, "compute_output")));

        // The stages follow each other without a gap. Each sum is rounded once to a nanosecond.
        var parts = Nanoseconds(stages, "queue") + Nanoseconds(stages, "compute_input") + Nanoseconds(stages, "compute_infer") + Nanoseconds(stages, "compute_output");
        Assert.InRange(parts - Nanoseconds(stages, "success"), -4, 4);

        Assert.Equal([(1, 2), (2, 1)], stats.GetProperty("batch_stats").EnumerateArray().Select(b => (b.GetProperty("batch_size").GetInt32(), Count(b, "compute_infer"))));
        Assert.Equal(1, Assert.Single(first.EnumerateArray()).GetProperty("inference_count").GetInt32());
        Assert.Equal("1.0.0", first[0].GetProperty("version").GetString());
    }

    [Theory]
    [InlineData("/v2/models/nobody/config")]
    [InlineData("/v2/models/nobody/stats")]
    [InlineData("/v2/models/bikes/versions/9/config")]
    [InlineData("/v2/models/bikes/versions/9/stats")]
    public async Task An_unknown_model_is_not_found(string path)
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);

        var answer = await server.GetAsync(path, Cancel);

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.StartsWith("Request for unknown model", answer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_asks_where_its_time_went_is_told()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);

        var timed = (await server.PostAsync(Infer, Requests.With("\"id\":\"7\",\"parameters\":{\"timing\":true}"), Cancel)).Json;
        var plain = (await server.PostAsync(Infer, Requests.With("\"parameters\":{\"timing\":false}"), Cancel)).Json;

        Assert.Equal("7", timed.GetProperty("id").GetString());
        var parameters = timed.GetProperty("parameters");
        Assert.Equal(
            ["role", "timing_parse_us", "timing_queue_us", "timing_batch_us", "timing_run_us", "timing_write_us", "from_cache"], parameters.EnumerateObject().Select(p => p.Name));
        Assert.Equal("stable", parameters.GetProperty("role").GetString());
        Assert.All(parameters.EnumerateObject().Skip(1).SkipLast(1), p => Assert.Equal(JsonValueKind.Number, p.Value.ValueKind));
        Assert.False(parameters.GetProperty("from_cache").GetBoolean());
        Assert.True(parameters.GetProperty("timing_parse_us").GetDouble() > 0);
        Assert.True(parameters.GetProperty("timing_run_us").GetDouble() > 0);
        Assert.Equal("""{"role":"stable"}""", plain.GetProperty("parameters").GetRawText());
    }

    [Theory]
    [InlineData("\"priority\":1", HttpStatusCode.OK, null)]
    [InlineData("\"priority\":0,\"timeout\":0", HttpStatusCode.OK, null)]
    [InlineData("\"timeout\":60000000", HttpStatusCode.OK, null)]
    [InlineData("\"priority\":-1", HttpStatusCode.BadRequest, "'priority' with something at byte")]
    [InlineData("\"priority\":1.5", HttpStatusCode.BadRequest, "not a whole number from 0 to 2147483647")]
    [InlineData("\"timeout\":\"1 s\"", HttpStatusCode.BadRequest, "'timeout' with something at byte")]
    [InlineData("\"timeout\":9223372036854775807", HttpStatusCode.BadRequest, "'timeout' with something at byte")]
    [InlineData("\"timing\":1", HttpStatusCode.BadRequest, "neither true nor false")]
    [InlineData("\"timing\":true,\"timing\":true", HttpStatusCode.BadRequest, "\"timing\" appears twice")]
    public async Task What_a_request_says_of_its_turn_is_checked(string parameters, HttpStatusCode expected, string? message)
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);

        var answer = await server.PostAsync(Infer, Requests.With($"\"parameters\":{{{parameters}}}"), Cancel);

        Assert.Equal(expected, answer.Status);
        if (message is not null)
        {
            Assert.Contains(message, answer.Error, StringComparison.Ordinal);
        }
    }

    private static int Count(JsonElement stages, string stage) => stages.GetProperty(stage).GetProperty("count").GetInt32();

    private static long Nanoseconds(JsonElement stages, string stage) => stages.GetProperty(stage).GetProperty("ns").GetInt64();
}
