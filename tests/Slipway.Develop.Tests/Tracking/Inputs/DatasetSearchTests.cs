using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Inputs;

/// <summary>Which datasets the runs of experiments used.</summary>
public abstract class DatasetSearchTests(TrackingServer server)
{
    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task Each_dataset_is_told_once_for_each_context_the_newest_first()
    {
        var (one, two) = (await _client.CreateExperimentAsync(), await _client.CreateExperimentAsync());
        await LogAsync(one, "a", "training");
        await LogAsync(one, "a", "training");
        await LogAsync(one, "a", "evaluation");
        await LogAsync(two, "b", null);
        await LogAsync(await _client.CreateExperimentAsync(), "c", "training");

        var answer = await _client.SendAsync(HttpMethod.Post, "/ajax-api/2.0/mlflow/experiments/search-datasets", JsonSerializer.Serialize(new { experiment_ids = new[] { one, two, "4711", "x" } }));

        Assert.Equal(
            $$"""{"dataset_summaries":[{"experiment_id":"{{two}}","name":"b","digest":"1"},{"experiment_id":"{{one}}","name":"a","digest":"1","context":"evaluation"},{"experiment_id":"{{one}}","name":"a","digest":"1","context":"training"}]}""",
            answer.Text);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public async Task It_takes_up_to_twenty_experiments(int count, bool taken)
    {
        var answer = await _client.TryPostAsync("experiments/search-datasets", new { experiment_ids = Enumerable.Range(90_000, count).Select(i => $"{i}") });

        Assert.Equal(taken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            taken ? "{}" : $$"""{"error_code":"INVALID_PARAMETER_VALUE","message":"SearchDatasets request must specify at least one and at most 20 experiment_ids. Received {{count}} experiment_ids."}""", answer.Text);
    }

    private async Task LogAsync(string experiment, string name, string? context) => await _client.PostAsync("runs/log-inputs", new
    {
        run_id = await _client.CreateRunAsync(experiment),
        datasets = new[]
        {
            new
            {
                tags = context is null ? [] : new[] { new { key = "other", value = "x" }, new { key = "mlflow.data.context", value = context } },
                dataset = new { name, digest = "1", source_type = "local", source = "{}" },
            },
        },
    });
}

public sealed class DatasetSearchOnSqliteTests(TrackingServer server) : DatasetSearchTests(server), IClassFixture<TrackingServer>;

public sealed class DatasetSearchOnPostgreSqlTests(PostgreSqlTrackingServer server) : DatasetSearchTests(server), IClassFixture<PostgreSqlTrackingServer>;
