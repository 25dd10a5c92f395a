using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Client;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Output;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts;
using Slipway.Server;
using Slipway.Storage.Blobs;

namespace Slipway.Demo;

/// <summary>Runs the demo against a server of this process: everything that a client can do goes over HTTP.</summary>
internal static class DemoRun
{
    public static async Task<DemoReport> RunAsync(SlipwayServer server, Terminal terminal, CancellationToken cancellationToken)
    {
        var time = server.Services.GetRequiredService<TimeProvider>();
        var begun = time.GetTimestamp();
        terminal.Say($"Bike rentals in Washington, 2011 (CC BY 4.0, Fanaee-T and Gama 2013), from {DemoProject.Folder}");
        using var client = new SlipwayClient(server.HttpAddress);
        var yaml = await File.ReadAllTextAsync(DemoProject.File, cancellationToken);
        var config = ProjectFile.Parse(yaml, ProjectFile.DefaultName);
        var body = new { yaml, folder = DemoProject.Folder, file = ProjectFile.DefaultName };
        var started = await client.PostAsync<PipelineRun>("/api/v1/projects/apply", body, cancellationToken);
        var run = await PipelineView.ShowAsync(terminal, client.WatchAsync(started.Id, cancellationToken), started, PipelineGoal.Deploy);
        var stages = run.Stages
            .Where(stage => stage.State is not (PipelineState.Waiting or PipelineState.Skipped))
            .Select(stage => new DemoStage(stage.Name, stage.State == PipelineState.Succeeded, stage.Seconds, stage.Facts) { Sentence = stage.Sentence })
            .ToList();
        var replay = new ReplayResult(0, 0, 0, 0, 0);
        if (run.State == PipelineState.Succeeded)
        {
            var servedAt = time.GetTimestamp();
            replay = await ReplayAsync(server, config, terminal, cancellationToken);
            stages.Add(Serve(replay, time.GetElapsedTime(servedAt)));
            terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{"serve",-9} {(replay.Failed == 0 ? "ok" : "FAILED"),-7} {stages[^1].Seconds,6:F1} s  {stages[^1].Sentence}"));
        }

        var ok = run.State == PipelineState.Succeeded && replay.Failed == 0;
        return new DemoReport("bikes", ok, time.GetElapsedTime(begun).TotalSeconds, stages, replay.Requests, replay.Failed, server.HttpAddress);
    }

    private static async Task<ReplayResult> ReplayAsync(SlipwayServer server, ProjectConfig config, Terminal terminal, CancellationToken cancellationToken)
    {
        var sql = await File.ReadAllTextAsync(DemoProject.ReplaySql, cancellationToken);
        var datasets = server.Services.GetRequiredService<IDatasets>();
        var rows = await datasets.QueryAsync(new DatasetQuery(config.Model, sql, DemoProject.Folder, config.Data!.Time, config.Data.Label), cancellationToken);
        var deployment = config.Deploy!.Name!;
        var live = (await server.Services.GetRequiredService<IDeployments>().FindAsync(deployment, cancellationToken))!;
        var folder = await server.Services.GetRequiredService<IArtifactStore>().GetFolderAsync(live.Stable.ArtifactDigest, cancellationToken);
        var replay = new Replay(server.HttpAddress, deployment, rows, config.Data, folder);
        return await replay.RunAsync(terminal, cancellationToken);
    }

    private static DemoStage Serve(ReplayResult replay, TimeSpan elapsed)
    {
        var sentence = string.Create(
            CultureInfo.InvariantCulture,
            $"{replay.Requests:N0} hours of July 2011 over {Replay.Connections} connections: {replay.Failed} failed, p50 {replay.P50:F2} ms, p95 {replay.P95:F2} ms, mean error {replay.MeanAbsoluteError:F0} bikes");
        return new DemoStage("serve", replay.Failed == 0, elapsed.TotalSeconds, new JsonObject
        {
            ["requests"] = replay.Requests,
            ["failed"] = replay.Failed,
            ["connections"] = Replay.Connections,
            ["p50Ms"] = replay.P50,
            ["p95Ms"] = replay.P95,
            ["meanAbsoluteError"] = replay.MeanAbsoluteError,
        })
        { Sentence = sentence };
    }
}
