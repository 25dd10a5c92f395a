using System.Globalization;
using System.Net.Http.Headers;
using Slipway.Access;
using Slipway.Client;
using Slipway.Core;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Output;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts.Releases;
using Slipway.Server;

namespace Slipway.Demo;

/// <summary>
/// A model's life in a minute, against a server of this process: everything that a client can do goes over HTTP. The demo sends days and files and waits; what is noticed, trained, judged,
/// promoted and taken back is the server's doing. After a kill it goes on from the server's record.
/// </summary>
internal sealed class DemoRun
{
    // How long the second version answers alone before the mistaken one is applied: a window, so that its error can be told.
    private const int DaysAlone = 31;

    private readonly SlipwayServer _server;
    private readonly Terminal _terminal;
    private readonly SlipwayClient _client;
    private readonly DemoProject _project;
    private readonly ProjectConfig _config;
    private readonly string? _key;
    private readonly Dictionary<string, double> _seconds = [];
    private readonly List<DemoStage> _shown = [];

    private DemoRun(SlipwayServer server, Terminal terminal, SlipwayClient client, DemoProject project, ProjectConfig config, string? key) =>
        (_server, _terminal, _client, _project, _config, _key) = (server, terminal, client, project, config, key);

    private string Deployment => _config.Deploy!.Name;

    public static async Task<DemoReport> RunAsync(SlipwayServer server, DemoProject project, Terminal terminal, CancellationToken cancellationToken)
    {
        terminal.Say($"Bike rentals in Washington, 2011 (CC BY 4.0, Fanaee-T and Gama 2013), from {project.Folder}");
        terminal.Say($"Watch it happen: {server.HttpAddress}");
        var key = await server.Services.IssueOwnKeyAsync(new Actor("demo"), cancellationToken);
        using var client = new SlipwayClient(new ServerAddress(server.HttpAddress, key));
        var config = ProjectFile.Parse(await File.ReadAllTextAsync(project.File, cancellationToken), ProjectFile.DefaultName);
        return await new DemoRun(server, terminal, client, project, config, key).RunAsync(cancellationToken);
    }

    private async Task<DemoReport> RunAsync(CancellationToken cancellationToken)
    {
        var time = _server.Services.GetRequiredService<TimeProvider>();
        var begun = time.GetTimestamp();
        var first = (await ReadAsync(watch: false, cancellationToken)).First is { } known
            ? await WaitAsync(known, cancellationToken)
            : await ApplyAsync(_project.File, DemoProject.LearnedUntil, cancellationToken);
        _shown.AddRange(DemoStages.Of(first));
        if (first.State != PipelineState.Succeeded)
        {
            return Report(null, null, time.GetElapsedTime(begun));
        }

        var history = await ReadHistoryAsync(cancellationToken);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(_server.HttpAddress) };
        http.DefaultRequestHeaders.Authorization = _key is null ? null : new AuthenticationHeaderValue("Bearer", _key);
        var traffic = new Traffic(http, Deployment, history, new Predictions(_server, _config.Model, history));
        var record = await LiveAsync(history, traffic, cancellationToken);
        return Report(record, traffic, time.GetElapsedTime(begun));
    }

    /// <summary>Sends day after day until the story has ended, or the history has.</summary>
    private async Task<LoopRecord> LiveAsync(History history, Traffic traffic, CancellationToken cancellationToken)
    {
        var record = await ReadAsync(watch: true, cancellationToken);

        // A day that was sent in part before a kill is sent again: its requests have the same ids, and count once.
        var day = record.Watch?.Now is { } now && DateOnly.FromDateTime(now.UtcDateTime) > history.FirstDay.AddDays(1)
            ? DateOnly.FromDateTime(now.UtcDateTime).AddDays(-1)
            : history.FirstDay;
        var serveUntil = history.FirstDay.AddMonths(1);
        for (; day <= history.LastDay && record.Worse is not { EndedAt: not null }; day = day.AddDays(1))
        {
            await TimedAsync(StageOf(record, day, serveUntil), () => traffic.SendAsync(day, cancellationToken));
            record = await ReadAsync(watch: false, cancellationToken);
            if (record.Runs.FirstOrDefault(run => run.EndedAt is null) is { } running)
            {
                await TimedAsync("retrain", async () => await WaitAsync(running, cancellationToken));
            }
            else if (record.Mistaken is null && record.Better is { Status: RolloutStatus.Promoted, LookedTo: { } promoted } && day >= DateOnly.FromDateTime(promoted.UtcDateTime).AddDays(DaysAlone))
            {
                var until = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
                await TimedAsync("rollout", async () => await ApplyAsync(_project.MistakenFile, until, cancellationToken));
            }

            record = await ReadAsync(watch: false, cancellationToken);
            Say(record, traffic, day, serveUntil);
        }

        // The project's file is the right one again. The same data and recipe are a version that is known and live: nothing is trained, nothing changes.
        if (record.Worse is { EndedAt: not null } && record.Runs[^1].Id == record.Mistaken?.Id)
        {
            await TimedAsync("rollout", async () => await ApplyAsync(_project.File, record.Retraining!.AsOf, cancellationToken));
        }

        return await ReadAsync(watch: true, cancellationToken);
    }

    private static string StageOf(LoopRecord record, DateOnly day, DateOnly serveUntil) =>
        day < serveUntil ? "serve" : record.Retraining is null ? "monitor" : "rollout";

    // One line when a stage of the loop is over.
    private void Say(LoopRecord record, Traffic traffic, DateOnly day, DateOnly serveUntil)
    {
        foreach (var stage in DemoStages.Of(record, traffic, _seconds, day, serveUntil, _config))
        {
            if (!_shown.Exists(s => s.Stage == stage.Stage))
            {
                _shown.Add(stage);
                Say(stage);
            }
        }
    }

    private void Say(DemoStage stage) =>
        _terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{stage.Stage,-9} {(stage.Ok ? "ok" : "FAILED"),-7} {stage.Seconds,6:F1} s  {stage.Sentence}"));

    private DemoReport Report(LoopRecord? record, Traffic? traffic, TimeSpan elapsed)
    {
        List<DemoStage> stages = record is null ? _shown : [.. _shown.Take(5), .. DemoStages.Of(record, traffic!, _seconds, DateOnly.MaxValue, DateOnly.MinValue, _config).Select(Served)];
        foreach (var stage in stages.Where(s => !_shown.Exists(shown => shown.Stage == s.Stage)))
        {
            Say(stage);
        }

        var failed = traffic?.Failed ?? 0;
        var ok = stages.Count == 9 && stages.All(stage => stage.Ok) && failed == 0;
        return new DemoReport("bikes", ok, elapsed.TotalSeconds, stages, traffic?.Requests ?? 0, failed, _server.HttpAddress)
        {
            ErrorBefore = record is null ? null : DemoStages.ErrorBefore(record),
            ErrorAfter = record is null ? null : DemoStages.ErrorAfter(record),
            Promoted = record?.Better is { Status: RolloutStatus.Promoted } better ? better.Candidate.Version.ToString() : null,
            RolledBack = record?.Worse is { Status: RolloutStatus.RolledBack } worse ? worse.Candidate.Version.ToString() : null,
        };
    }

    private async Task<PipelineRun> ApplyAsync(string file, DateTimeOffset? asOf, CancellationToken cancellationToken)
    {
        var body = new { yaml = await File.ReadAllTextAsync(file, cancellationToken), folder = _project.Folder, file = Path.GetFileName(file), asOf };
        return await WaitAsync(await _client.PostAsync<PipelineRun>("/api/v1/projects/apply", body, cancellationToken), cancellationToken);
    }

    private async Task<PipelineRun> WaitAsync(PipelineRun run, CancellationToken cancellationToken) => run.EndedAt is not null
        ? run
        : await PipelineView.ShowAsync(_terminal, _client.WatchAsync(run.Id, cancellationToken), run, PipelineGoal.Deploy);

    // The first month's requests and times were told when it was over; more were sent since.
    private DemoStage Served(DemoStage stage) => stage.Stage == "serve" ? _shown.Find(shown => shown.Stage == "serve") ?? stage : stage;

    private Task<LoopRecord> ReadAsync(bool watch, CancellationToken cancellationToken) => LoopRecord.ReadAsync(_client, _config.Model, Deployment, watch, cancellationToken);

    private async Task<History> ReadHistoryAsync(CancellationToken cancellationToken)
    {
        var sql = await File.ReadAllTextAsync(_project.ReplaySql, cancellationToken);
        var datasets = _server.Services.GetRequiredService<IDatasets>();
        var rows = await datasets.QueryAsync(new DatasetQuery(_config.Model, sql, _project.Folder, _config.Data!.Time, _config.Data.Label), cancellationToken);
        return new History(rows, _config.Data);
    }

    private async Task TimedAsync(string stage, Func<Task> run)
    {
        var time = _server.Services.GetRequiredService<TimeProvider>();
        var begun = time.GetTimestamp();
        await run();
        _seconds[stage] = _seconds.GetValueOrDefault(stage) + time.GetElapsedTime(begun).TotalSeconds;
    }
}
