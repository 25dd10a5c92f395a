using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking;

/// <summary>Models as clients before MLflow 3 log them: in a tag of the run.</summary>
public sealed class LogModelTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    private const string History = "mlflow.log-model.history";

    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task Each_model_joins_the_run_s_list()
    {
        var run = await _client.CreateRunAsync();
        await _client.PostAsync("runs/log-model", new { run_id = run, model_json = Model("one") });
        await _client.PostAsync("runs/log-model", new { run_id = run, model_json = Model("zwei ü") });

        var history = JsonElement.Parse((await _client.DataAsync(run, "tags"))[History]);
        Assert.Equal(["one", "zwei ü"], history.EnumerateArray().Select(model => model.GetProperty("artifact_path").GetString()!));
        Assert.Equal("LogModel", (await server.Audit.ListAsync(1, TestContext.Current.CancellationToken))[0].Action);
    }

    [Theory]
    [InlineData("", "'model_json'")]
    [InlineData("{", "'model_json'")]
    [InlineData("[]", "'model_json'")]
    [InlineData("""{"run_id": "a", "flavors": {}}""", "missing mandatory fields: artifact_path, utc_time_created")]
    public async Task A_mistake_is_said_with_the_field(string model, string sentence)
    {
        var answer = await _client.TryPostAsync("runs/log-model", new { run_id = await _client.CreateRunAsync(), model_json = model });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(sentence, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_that_is_full_or_none_takes_no_model_and_stays()
    {
        var run = await _client.CreateRunAsync();
        await _client.PostAsync("runs/log-model", new { run_id = run, model_json = Model("one") });

        var full = await _client.TryPostAsync("runs/log-model", new { run_id = run, model_json = Model(new string('x', 8000)) });
        Assert.Contains("longer than 8000 characters", full.Message, StringComparison.Ordinal);
        Assert.Single(JsonElement.Parse((await _client.DataAsync(run, "tags"))[History]).EnumerateArray());

        await _client.PostAsync("runs/set-tag", new { run_id = run, key = History, value = "mine" });
        Assert.Contains("not a list", (await _client.TryPostAsync("runs/log-model", new { run_id = run, model_json = Model("two") })).Message, StringComparison.Ordinal);
        Assert.Equal("mine", (await _client.DataAsync(run, "tags"))[History]);
    }

    private static string Model(string path) => JsonSerializer.Serialize(new { artifact_path = path, run_id = "r", utc_time_created = "now", flavors = new { } });
}
