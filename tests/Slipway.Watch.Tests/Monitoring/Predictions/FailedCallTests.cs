using System.Net;
using System.Text.Json;
using Slipway.Serving.Engine;

namespace Slipway.Watch.Tests.Monitoring.Predictions;

/// <summary>What is told of a call that failed: who was to answer, where its time went and why there was no answer; the same from the open chunk and from Parquet.</summary>
public sealed class FailedCallTests
{
    private const int Open = 250_000;
    private const int Converted = 1;

    [Theory]
    [InlineData(Open)]
    [InlineData(Converted)]
    public async Task A_call_that_ran_out_of_time_says_so(int chunkRows)
    {
        // Two more would have to come for the batch.
        await using var host = await ExplainHost.StartAsync(new ServeSettings { MaxBatch = 3, MaxDelay = TimeSpan.FromMinutes(5) }, chunkRows);
        var answer = await host.SendAsync(HttpMethod.Post, "/v2/models/bikes/infer", HttpStatusCode.GatewayTimeout, Body("late", """{"timeout":1000,"sticky_key":"user-7","segment.device":"mobile"}"""));
        await SettleAsync(host, chunkRows);

        var told = await host.ExplainAsync("late");

        Assert.True(told.GetProperty("failed").GetBoolean());
        Assert.Equal(("bike-demand", "1.0.0", "stable"), (Text(told, "model"), Text(told, "version"), Text(told, "role")));
        Assert.Equal(("Timeout", Text(answer, "error")), (Text(told.GetProperty("error"), "kind"), Text(told.GetProperty("error"), "message")));
        var timing = told.GetProperty("timing");
        Assert.True(timing.GetProperty("milliseconds").GetDouble() >= 1);
        Assert.Equal(0, timing.GetProperty("runUs").GetDouble());
        var row = Assert.Single(told.GetProperty("rows").EnumerateArray());
        Assert.Equal(("late", "user-7", "mobile"), (Text(row, "id"), Text(row, "stickyKey"), Text(row.GetProperty("segments"), "device")));
        Assert.Equal(0, row.GetProperty("inputs").GetArrayLength());
        Assert.Equal(["inputs", "outputs"], told.GetProperty("notLogged").EnumerateArray().Select(missing => Text(missing, "field")));
    }

    [Theory]
    [InlineData(Open)]
    [InlineData(Converted)]
    public async Task A_call_whose_answer_cannot_be_sent_says_which_output_it_was(int chunkRows)
    {
        await using var host = await ExplainHost.StartAsync(chunkRows: chunkRows);
        await host.DeployAsync("types", await host.AddAsync("types", "types"));
        var answer = await host.SendAsync(HttpMethod.Post, "/v2/models/types/infer", HttpStatusCode.BadRequest, ExplainTests.TypesBody.Replace("\"FP64\",\"data\":[0.1", "\"FP64\",\"data\":[null", StringComparison.Ordinal));
        await SettleAsync(host, chunkRows);

        var told = await host.ExplainAsync("t", deployment: "types");

        Assert.Equal(("InvalidInput", Text(answer, "error")), (Text(told.GetProperty("error"), "kind"), Text(told.GetProperty("error"), "message")));
        Assert.Contains("fp64", Text(answer, "error"), StringComparison.Ordinal);
        Assert.True(told.GetProperty("timing").GetProperty("runUs").GetDouble() > 0);
        Assert.Contains("keeps no inputs", Text(await host.ReplayAsync("t", "1.0.0", HttpStatusCode.Conflict, "types"), "detail"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answered_call_between_failed_ones_has_no_error()
    {
        await using var host = await ExplainHost.StartAsync(new ServeSettings { MaxBatch = 3, MaxDelay = TimeSpan.FromMinutes(5) });
        string[] together = ["a", "b", "c"];
        await host.SendAsync(HttpMethod.Post, "/v2/models/bikes/infer", HttpStatusCode.GatewayTimeout, Body("first", """{"timeout":1000}"""));
        await Task.WhenAll(together.Select(id => host.AskAsync(id)));
        await host.SendAsync(HttpMethod.Post, "/v2/models/bikes/infer", HttpStatusCode.GatewayTimeout, Body("last", """{"timeout":1000}"""));

        foreach (var id in together)
        {
            Assert.False((await host.ExplainAsync(id)).TryGetProperty("error", out _));
        }

        Assert.Equal("Timeout", Text((await host.ExplainAsync("first")).GetProperty("error"), "kind"));
        Assert.Equal("Timeout", Text((await host.ExplainAsync("last")).GetProperty("error"), "kind"));
    }

    [Fact]
    public async Task A_request_that_was_refused_is_not_in_the_log_and_the_answer_says_that_this_may_be_why()
    {
        await using var host = await ExplainHost.StartAsync();
        await host.SendAsync(HttpMethod.Post, "/v2/models/bikes/infer", HttpStatusCode.BadRequest, """{"id":"wrong","inputs":[{"name":"temp","shape":[1],"datatype":"FP64","data":[1]}]}""");

        var told = await host.ExplainAsync("wrong", HttpStatusCode.NotFound);

        Assert.Contains("the caller was told an error of its own", Text(told, "detail"), StringComparison.Ordinal);
    }

    private static string Body(string id, string parameters) => $$"""
        {"id":"{{id}}","parameters":{{parameters}},"inputs":[
          {"name":"temp","shape":[1],"datatype":"FP64","data":[20]},{"name":"season","shape":[1],"datatype":"BYTES","data":["summer"]}]}
        """;

    private static Task SettleAsync(ExplainHost host, int chunkRows) => chunkRows == Converted ? host.ConvertAsync() : Task.CompletedTask;

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
