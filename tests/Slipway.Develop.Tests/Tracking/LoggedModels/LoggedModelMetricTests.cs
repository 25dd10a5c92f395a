using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.LoggedModels;

/// <summary>What runs measured of a logged model.</summary>
public abstract class LoggedModelMetricTests(TrackingServer server)
{
    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_metric_that_names_a_model_is_the_run_s_and_the_model_s()
    {
        var (run, model) = (await _client.CreateRunAsync(), await CreateModelAsync());
        await _client.PostAsync("runs/log-metric", new { run_id = run, key = "acc", value = 0.5, timestamp = 5, step = 1, model_id = model, dataset_name = "test <a>", dataset_digest = "d1" });
        await _client.PostAsync("runs/log-batch", new
        {
            run_id = run,
            metrics = new object[]
            {
                new { key = "loss", value = "NaN", timestamp = 6, step = 2, model_id = model },
                new { key = "other", value = 1, timestamp = 6, step = 2 },
            },
        });

        Assert.Equal(
            $$"""[{"key":"acc","value":0.5,"timestamp":5,"step":1,"dataset_name":"test \u003Ca\u003E","dataset_digest":"d1","model_id":"{{model}}","run_id":"{{run}}"},{"key":"loss","value":"NaN","timestamp":6,"step":2,"model_id":"{{model}}","run_id":"{{run}}"}]""",
            (await MetricsAsync(model)).GetRawText());
        Assert.Equal(["acc", "loss", "other"], (await _client.DataAsync(run, "metrics")).Keys);
    }

    [Fact]
    public async Task Of_each_run_and_dataset_the_newest_value_by_time_stays_whenever_it_came()
    {
        var (one, two, model) = (await _client.CreateRunAsync(), await _client.CreateRunAsync(), await CreateModelAsync());
        await LogAsync(one, 3, timestamp: 30, step: 0, "a");
        await LogAsync(one, 1, timestamp: 10, step: 9, "a");
        await LogAsync(one, 2, timestamp: 30, step: 1, "a");
        await LogAsync(one, 2, timestamp: 30, step: 1, "a");
        await LogAsync(one, 4, timestamp: 1, step: 0, "b");
        await LogAsync(one, 5, timestamp: 1, step: 0, null);
        await LogAsync(two, 6, timestamp: 1, step: 0, "a");

        var values = (await MetricsAsync(model)).EnumerateArray().Select(metric =>
            $"{(metric.GetProperty("run_id").GetString() == one ? "one" : "two")} {(metric.TryGetProperty("dataset_name", out var name) ? name : "-")} {metric.GetProperty("value")}");
        Assert.Equal(["one - 5", "one a 2", "one b 4", "two a 6"], values);

        Task LogAsync(string run, double value, long timestamp, long step, string? dataset) =>
            _client.PostAsync("runs/log-metric", new { run_id = run, key = "acc", value, timestamp, step, model_id = model, dataset_name = dataset });
    }

    [Fact]
    public async Task A_model_that_is_not_here_stays_named_with_the_point()
    {
        var run = await _client.CreateRunAsync();

        await _client.PostAsync("runs/log-metric", new { run_id = run, key = "acc", value = 1, timestamp = 1, model_id = "of-another-server" });

        Assert.Equal("of-another-server", (await _client.GetAsync("metrics/get-history", ("run_id", run), ("metric_key", "acc"))).GetProperty("metrics")[0].GetProperty("model_id").GetString());
    }

    private async Task<string> CreateModelAsync() =>
        (await _client.PostAsync("logged-models", new { experiment_id = "0" })).GetProperty("model").GetProperty("info").GetProperty("model_id").GetString()!;

    private async Task<JsonElement> MetricsAsync(string model) => (await _client.GetAsync($"logged-models/{model}")).GetProperty("model").GetProperty("data").GetProperty("metrics");
}

public sealed class LoggedModelMetricOnSqliteTests(TrackingServer server) : LoggedModelMetricTests(server), IClassFixture<TrackingServer>;

public sealed class LoggedModelMetricOnPostgreSqlTests(PostgreSqlTrackingServer server) : LoggedModelMetricTests(server), IClassFixture<PostgreSqlTrackingServer>;
