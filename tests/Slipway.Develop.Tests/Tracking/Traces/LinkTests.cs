using System.Net;
using System.Text.Json;

namespace Slipway.Develop.Tests.Tracking.Traces;

/// <summary>Traces of runs, and prompts of traces.</summary>
public sealed class LinkTests(TrackingServer server) : IClassFixture<TrackingServer>
{
    private static readonly string[] ByRun = ["run_id"];

    private readonly WireClient _client = server.Client;

    [Fact]
    public async Task A_runs_traces_are_those_made_in_it_and_those_linked_to_it()
    {
        var experiment = await _client.CreateExperimentAsync();
        var (run, other) = (await _client.CreateRunAsync(experiment), await _client.CreateRunAsync(experiment));
        var made = await _client.StartTraceAsync(experiment, new { request_time = "2026-05-04T11:00:01Z", trace_metadata = new Dictionary<string, string> { ["mlflow.sourceRun"] = run } });
        var linked = await _client.StartTraceAsync(experiment, new { request_time = "2026-05-04T11:00:02Z", trace_metadata = new Dictionary<string, string> { ["mlflow.sourceRun"] = other } });
        var alone = await _client.StartTraceAsync(experiment, new { request_time = "2026-05-04T11:00:03Z" });

        Assert.Equal("{}", (await _client.PostAsync("traces/link-to-run", new { run_id = run, trace_ids = new[] { made, linked } })).GetRawText());
        await _client.PostAsync("traces/link-to-run", new { run_id = run, trace_ids = new[] { linked } });

        Assert.Equal([linked, made], (await _client.SearchTracesAsync(experiment, $"attribute.run_id = '{run}'")).Ids);
        Assert.Equal([linked], (await _client.SearchTracesAsync(experiment, $"run_id = '{run}' and run_id = '{other}'")).Ids);
        Assert.Equal([linked, made], (await _client.SearchTracesAsync(experiment, $"run_id in ('{run}', '{other}')")).Ids);
        Assert.Equal([alone], (await _client.SearchTracesAsync(experiment, "run_id is null")).Ids);
        Assert.Equal(alone, (await _client.SearchTracesAsync(experiment, null, new { order_by = ByRun })).Ids[^1]);
    }

    [Fact]
    public async Task Another_source_run_takes_the_place_of_the_one_before()
    {
        var experiment = await _client.CreateExperimentAsync();
        var id = TraceClient.NewId();
        foreach (var run in new[] { "first", "second" })
        {
            await _client.CallAsync("POST", "traces", TraceClient.Told(id, experiment, new { trace_metadata = new Dictionary<string, string> { ["mlflow.sourceRun"] = run } }));
        }

        Assert.Equal([], (await _client.SearchTracesAsync(experiment, "run_id = 'first'")).Ids);
        Assert.Equal([id], (await _client.SearchTracesAsync(experiment, "run_id = 'second'")).Ids);
    }

    [Fact]
    public async Task All_traces_are_linked_or_none()
    {
        var (run, trace) = (await _client.CreateRunAsync(), await _client.StartTraceAsync());

        Assert.Equal("Trace with ID 'none' not found.", (await _client.TryPostAsync("traces/link-to-run", new { run_id = run, trace_ids = new[] { trace, "none" } })).Message);
        Assert.Equal([], (await _client.SearchTracesAsync("0", $"run_id = '{run}'")).Ids);
        Assert.Equal("RESOURCE_DOES_NOT_EXIST", (await _client.TryPostAsync("traces/link-to-run", new { run_id = "none", trace_ids = new[] { trace } })).ErrorCode);
        Assert.Contains("'run_id'", (await _client.TryPostAsync("traces/link-to-run", new { trace_ids = new[] { trace } })).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await _client.TryPostAsync("traces/link-to-run", new { run_id = run, trace_ids = Enumerable.Repeat(trace, 100) })).Status);
        Assert.Contains("Provided 101 traces", (await _client.TryPostAsync("traces/link-to-run", new { run_id = run, trace_ids = Enumerable.Repeat(trace, 101) })).Message, StringComparison.Ordinal);

        await _client.PostAsync("runs/delete", new { run_id = run });
        Assert.Contains("must be in the 'active' state", (await _client.TryPostAsync("traces/link-to-run", new { run_id = run, trace_ids = new[] { trace } })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prompts_are_added_to_the_tag_once_each()
    {
        var trace = await _client.StartTraceAsync();
        await _client.PostAsync("traces/link-prompts", new { trace_id = trace, prompt_versions = new[] { new { name = "<ask>", version = "1" } } });
        await _client.PostAsync("traces/link-prompts", new { trace_id = trace, prompt_versions = new[] { new { name = "<ask>", version = "1" }, new { name = "sum", version = "2" } } });

        var tag = (await _client.TraceInfoAsync(trace)).GetProperty("tags").GetProperty("mlflow.linkedPrompts").GetString()!;
        Assert.Equal(
            [("<ask>", "1"), ("sum", "2")], JsonDocument.Parse(tag).RootElement.EnumerateArray().Select(prompt => (prompt.GetProperty("name").GetString()!, prompt.GetProperty("version").GetString()!)));
        Assert.Contains(
            "'prompt_versions[0].version'", (await _client.TryPostAsync("traces/link-prompts", new { trace_id = trace, prompt_versions = new[] { new { name = "a" } } })).Message, StringComparison.Ordinal);
        Assert.Contains("8000 characters", (await _client.TryPostAsync(
            "traces/link-prompts", new { trace_id = trace, prompt_versions = Enumerable.Range(0, 40).Select(i => new { name = new string('x', 250), version = $"{i}" }) })).Message, StringComparison.Ordinal);
    }
}
