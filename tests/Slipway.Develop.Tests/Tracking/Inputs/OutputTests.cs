using System.Net;
using System.Text.Json.Nodes;

namespace Slipway.Develop.Tests.Tracking.Inputs;

/// <summary>Models that runs made.</summary>
public sealed class OutputTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    private static readonly string[] Default = ["0"];

    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_run_shows_the_models_that_it_made_by_step_each_once()
    {
        var run = await _client.CreateRunAsync();

        var answer = await _client.PostAsync("runs/outputs", new { run_id = run, models = new[] { new { model_id = "m-2", step = 10 }, new { model_id = "<m-1>", step = -1 } } });
        await _client.PostAsync("runs/outputs", new { run_id = run, models = new object[] { new { model_id = "m-2", step = "10" }, new { model_id = "m-2" } } });

        Assert.Equal("{}", answer.GetRawText());
        var shown = (await _client.GetRunAsync(run)).GetProperty("outputs").GetRawText();
        Assert.Equal("""{"model_outputs":[{"model_id":"\u003Cm-1\u003E","step":-1},{"model_id":"m-2","step":0},{"model_id":"m-2","step":10}]}""", shown);
        var found = await _client.PostAsync("runs/search", new { experiment_ids = Default, filter = $"run_id = '{run}'" });
        Assert.Equal(shown, found.GetProperty("runs")[0].GetProperty("outputs").GetRawText());
        var entry = (await server.Audit.ListAsync(1, TestContext.Current.CancellationToken))[0];
        Assert.Equal(("LogOutputs", run, 200), (entry.Action, entry.Target, entry.Outcome));
    }

    [Fact]
    public async Task A_run_that_made_nothing_has_no_outputs() => Assert.False((await _client.GetRunAsync(await _client.CreateRunAsync())).TryGetProperty("outputs", out _));

    [Theory]
    [InlineData("""{"models": [{"step": 1}]}""", "'models[0].model_id'")]
    [InlineData("""{"models": [{"model_id": ""}]}""", "'models[0].model_id'")]
    [InlineData("""{"models": [{"model_id": "m", "step": 1.5}]}""", "'models[0].step'")]
    [InlineData("""{"models": [{"model_id": "m", "step": 9223372036854775808}]}""", "'models[0].step'")]
    [InlineData("""{"models": 5}""", "'models'")]
    public async Task A_mistake_is_said_with_the_field(string body, string named)
    {
        var message = JsonNode.Parse(body)!;
        message["run_id"] = await _client.CreateRunAsync();

        var answer = await _client.SendAsync(HttpMethod.Post, "/api/2.0/mlflow/runs/outputs", message.ToJsonString());

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (answer.Status, answer.ErrorCode));
        Assert.Contains(named, answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_s_id_and_a_request_have_limits()
    {
        var run = await _client.CreateRunAsync();

        await _client.PostAsync("runs/outputs", new { run_id = run, models = Enumerable.Range(0, 1000).Select(i => new { model_id = new string('m', 250), step = i }) });
        var longer = await _client.TryPostAsync("runs/outputs", new { run_id = run, models = new[] { new { model_id = new string('m', 251), step = 1 } } });
        var more = await _client.TryPostAsync("runs/outputs", new { run_id = run, models = Enumerable.Range(0, 1001).Select(i => new { model_id = "m", step = i }) });

        Assert.Equal("'models[0].model_id' exceeds the maximum length of 250 characters.", longer.Message);
        Assert.StartsWith("A batch logging request can contain at most 1000 models. Got 1001 models.", more.Message, StringComparison.Ordinal);
        Assert.Equal(1000, (await _client.GetRunAsync(run)).GetProperty("outputs").GetProperty("model_outputs").GetArrayLength());
    }

    [Fact]
    public async Task A_run_that_is_not_there_or_deleted_takes_no_outputs()
    {
        var run = await _client.CreateRunAsync();
        await _client.PostAsync("runs/delete", new { run_id = run });

        var deleted = await _client.TryPostAsync("runs/outputs", new { run_id = run });
        var missing = await _client.TryPostAsync("runs/outputs", new { run_id = "nobody" });

        Assert.Equal((HttpStatusCode.BadRequest, "INVALID_PARAMETER_VALUE"), (deleted.Status, deleted.ErrorCode));
        Assert.Equal((HttpStatusCode.NotFound, "RESOURCE_DOES_NOT_EXIST"), (missing.Status, missing.ErrorCode));
    }
}
