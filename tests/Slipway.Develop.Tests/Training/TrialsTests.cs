using System.Net;
using System.Net.Http.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Training;

namespace Slipway.Develop.Tests.Training;

public sealed class TrialsTests(TrainingHost host) : IClassFixture<TrainingHost>
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly string _model = $"churn-{Guid.NewGuid():N}";
    private readonly string _run = Guid.NewGuid().ToString("N");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_trial_comes_back_as_it_was_recorded()
    {
        var trial = Trial(1, 0.25) with { Parameters = new Dictionary<string, string> { ["learning_rate"] = "0.1", ["num_leaves"] = "31" } };

        await host.Trials.RecordAsync(trial, Cancel);

        Assert.Equivalent(trial, Assert.Single(await host.Trials.ListAsync(_run, Cancel)), strict: true);
    }

    [Fact]
    public async Task Recording_the_same_number_again_changes_nothing()
    {
        await host.Trials.RecordAsync(Trial(1, 0.25), Cancel);
        await host.Trials.RecordAsync(Trial(1, 99), Cancel);

        Assert.Equal(0.25, Assert.Single(await host.Trials.ListAsync(_run, Cancel)).Score);
    }

    [Fact]
    public async Task A_trial_is_a_run_of_tracking_once_and_a_failed_one_a_failed_run()
    {
        await host.Trials.RecordAsync(Trial(1, 0.25), Cancel);
        await host.Trials.RecordAsync(Trial(1, 99), Cancel);
        await host.Trials.RecordAsync(Trial(2, null) with { Parameters = new Dictionary<string, string> { ["a'b/<c>"] = new string('x', 7000) } }, Cancel);

        const string Sql = """
            select r.name, r.status, r.end_time - r.start_time, p.key, length(p.value), coalesce(m.value, -1.0)
            from runs r join run_tags t on t.run = r.id and t.key = 'mlflow.parentRunId' join run_params p on p.run = r.id left join run_metrics m on m.run = r.id
            where t.value = @run order by r.name
            """;
        var runs = await host.Services.GetRequiredService<Database>().ReadAsync(
            async connection => (await connection.QueryAsync<(string, string, long, string, long, double)>(Sql, new { run = _run })).ToArray(), Cancel);
        Assert.Equal([("trial-1", "FINISHED", 1500, "num_leaves", 2, 0.25), ("trial-2", "FAILED", 1500, "a_b__c_", 6000, -1)], runs);
    }

    [Fact]
    public async Task Trials_are_listed_by_number_and_a_failed_one_has_no_score()
    {
        foreach (var number in new[] { 10, 2, 1 })
        {
            await host.Trials.RecordAsync(Trial(number, number == 2 ? null : number), Cancel);
        }

        var trials = await host.Trials.ListAsync(_run, Cancel);

        Assert.Equal([1, 2, 10], trials.Select(t => t.Number));
        Assert.Equal([1, null, 10], trials.Select(t => t.Score));
    }

    [Fact]
    public async Task The_latest_run_is_the_one_that_recorded_last()
    {
        await host.Trials.RecordAsync(Trial(1, 1) with { RunId = "z-older", FinishedAt = Noon }, Cancel);
        await host.Trials.RecordAsync(Trial(1, 2) with { RunId = "a-newer", FinishedAt = Noon.AddTicks(1) }, Cancel);
        await host.Trials.RecordAsync(Trial(1, 3) with { RunId = "another", Model = _model + "-2", FinishedAt = Noon.AddDays(1) }, Cancel);

        Assert.Equal("a-newer", Assert.Single(await host.Trials.ListLatestAsync(_model, Cancel)).RunId);
        Assert.Empty(await host.Trials.ListLatestAsync("unheard-of", Cancel));
    }

    [Fact]
    public async Task Over_HTTP_the_latest_run_is_listed_or_the_one_asked_for()
    {
        await host.Trials.RecordAsync(Trial(1, 1) with { FinishedAt = Noon }, Cancel);
        await host.Trials.RecordAsync(Trial(1, null) with { RunId = _run + "-2", FinishedAt = Noon.AddHours(1) }, Cancel);
        await using var server = await ServeAsync();
        using var client = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };

        var latest = await client.GetFromJsonAsync<Trial[]>($"/api/v1/models/{_model}/trials", SlipwayJson.Options, Cancel);
        var asked = await client.GetFromJsonAsync<Trial[]>($"/api/v1/models/{_model}/trials?run={_run}", SlipwayJson.Options, Cancel);
        var foreign = await client.GetFromJsonAsync<Trial[]>($"/api/v1/models/another/trials?run={_run}", SlipwayJson.Options, Cancel);
        var text = await client.GetStringAsync($"/api/v1/models/{_model}/trials", Cancel);

        Assert.Equal(_run + "-2", Assert.Single(latest!).RunId);
        Assert.Equal(_run, Assert.Single(asked!).RunId);
        Assert.Empty(foreign!);
        Assert.Contains("\"finishedAt\":\"2026-11-24T13:00:00+00:00\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("score", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_route_declares_that_it_needs_the_right_to_read()
    {
        await using var server = await ServeAsync();

        var endpoint = Assert.Single(server.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints);

        Assert.Equal(Permission.Read, endpoint.Metadata.GetMetadata<NeedsPermission>()!.Permission);
    }

    private Trial Trial(int number, double? score) => new(_run, _model, number, new Dictionary<string, string> { ["num_leaves"] = "31" }, "rmse", score, 1.5, Noon);

    private async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(o => SlipwayJson.Configure(o.SerializerOptions));
        builder.Services.AddSingleton(host.Trials);
        var app = builder.Build();
        app.MapTraining();
        await app.StartAsync(Cancel);
        return app;
    }
}
