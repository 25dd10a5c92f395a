using System.Net;
using System.Text.Json;
using Slipway.Monitoring;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;

namespace Slipway.Watch.Tests.Monitoring.Predictions;

/// <summary>A prediction that another version scores again, over HTTP.</summary>
public sealed class ReplayTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Another_version_answers_beside_the_first_whether_it_is_loaded_or_only_registered(bool loaded)
    {
        await using var host = await ExplainHost.StartAsync(chunkRows: loaded ? 250_000 : 1);
        var answer = Prediction(await host.AskAsync("a"));
        if (loaded)
        {
            await host.TryAsync(0.5);
        }
        else
        {
            await host.ConvertAsync();
        }

        var replay = await host.ReplayAsync("a", "1.1.0");

        Assert.Equal(("a", "1.0.0", "1.1.0"), (Text(replay, "id"), Text(replay, "version"), Text(replay, "replayedWith")));
        Assert.Equal(loaded ? "candidate" : null, replay.TryGetProperty("replayedRole", out var role) ? role.GetString() : null);
        var output = replay.GetProperty("rows")[0].GetProperty("outputs")[0];
        await host.DeployAsync("bikes", host.Second);
        var other = Prediction(await host.AskAsync("b"));
        Assert.Equal(
            (answer, other, other - answer),
            (output.GetProperty("logged").GetDouble(), output.GetProperty("replayed").GetDouble(), output.GetProperty("difference").GetDouble()));
        Assert.True(replay.GetProperty("replayedRunUs").GetDouble() > 0);
    }

    [Fact]
    public async Task A_replay_is_in_no_figures_no_log_and_no_cache()
    {
        await using var host = await ExplainHost.StartAsync(new ServeSettings { CacheFor = TimeSpan.FromHours(1) });
        await host.AskAsync("a");
        await host.ExplainAsync("a");
        var before = await CountAsync();

        await host.ReplayAsync("a", "1.0.0");
        await host.ReplayAsync("a", "1.1.0");
        await host.ExplainAsync("a");

        Assert.Equal(before, await CountAsync());
        Assert.Equal(1, before.Requests);
        await host.AskAsync("b");
        Assert.True((await host.ExplainAsync("b")).GetProperty("fromCache").GetBoolean());

        async Task<(long Requests, long Rows, long Recorded)> CountAsync()
        {
            var figures = Assert.Single(host.Get<IServingFigures>().Read("bikes"));
            return (figures.Requests, figures.Rows, (await host.Get<IMonitoring>().FindAsync("bikes", null, null, Cancel))!.Log.Recorded);
        }
    }

    [Fact]
    public async Task All_rows_of_a_request_are_replayed_or_one_of_them()
    {
        await using var host = await ExplainHost.StartAsync();
        var answers = (await host.AskAsync("many", temps: [5, 15, 30])).GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetDouble()).ToArray();

        var all = (await host.ReplayAsync("many", "1.0.0")).GetProperty("rows").EnumerateArray().ToArray();
        var one = Assert.Single((await host.ReplayAsync("many%2F2", "1.0.0")).GetProperty("rows").EnumerateArray());

        Assert.Equal(answers, all.Select(row => row.GetProperty("outputs")[0].GetProperty("replayed").GetDouble()));
        Assert.All(all, row => Assert.Equal(0, row.GetProperty("outputs")[0].GetProperty("difference").GetDouble()));
        Assert.Equal(answers[2], one.GetProperty("outputs")[0].GetProperty("replayed").GetDouble());
    }

    [Fact]
    public async Task A_table_that_came_as_one_matrix_is_told_and_replayed_by_its_columns()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.DeployAsync("rain", await host.AddAsync("rain", "rain"));
        var inputs = (await host.SendAsync(HttpMethod.Get, "/v2/models/rain", HttpStatusCode.OK)).GetProperty("inputs").EnumerateArray().Select(i => Text(i, "name")).ToArray();
        await host.InferAsync("rain", $$"""{"id":"m","inputs":[{"name":"table","shape":[1,{{inputs.Length}}],"datatype":"FP64","data":{{JsonSerializer.Serialize(inputs.Select((_, i) => i + 0.5))}}}]}""");

        var row = (await host.ExplainAsync("m", deployment: "rain")).GetProperty("rows")[0];
        var output = (await host.ReplayAsync("m", "1.0.0", deployment: "rain")).GetProperty("rows")[0].GetProperty("outputs")[0];

        Assert.Equal(inputs.Select((name, i) => (name, i + 0.5)), row.GetProperty("inputs").EnumerateArray().Select(v => (Text(v, "name"), v.GetProperty("value").GetDouble())));
        Assert.Equal(output.GetProperty("logged").GetRawText(), output.GetProperty("replayed").GetRawText());
    }

    [Theory]
    [InlineData(null, HttpStatusCode.BadRequest, "'version' is missing")]
    [InlineData("9.9.9", HttpStatusCode.Conflict, "neither loaded nor a registered version of bike-demand. Loaded are 1.0.0 (stable).")]
    [InlineData("newest", HttpStatusCode.Conflict, "neither loaded nor a registered version of bike-demand. Loaded are 1.0.0 (stable).")]
    public async Task A_version_that_cannot_score_is_told_with_those_that_can(string? version, HttpStatusCode expected, string sentence)
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync("a");

        Assert.Contains(sentence, Text(await host.ReplayAsync("a", version, expected), "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_another_model_takes_and_the_log_has_not_is_named()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.AskAsync("a");
        var other = await host.AddAsync("types", "types");
        await host.DeployAsync("bikes", other);
        await host.DeployAsync("bikes", host.Second);

        var problem = Text(await host.ReplayAsync("a", "1.0.0", HttpStatusCode.Conflict), "detail");

        Assert.Contains("takes an input 'bool', which the log has not kept", problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_else_can_be_posted_to_a_prediction()
    {
        await using var host = await ExplainHost.StartAsync();

        Assert.Contains("but a replay", Text(await host.SendAsync(HttpMethod.Post, "/api/v1/deployments/bikes/predictions/a", HttpStatusCode.NotFound), "detail"), StringComparison.Ordinal);
    }

    private static double Prediction(JsonElement answer) => answer.GetProperty("outputs")[0].GetProperty("data")[0].GetDouble();

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
