using Slipway.Client;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Watching;
using Slipway.Retraining.Pipelines;
using Slipway.Rollouts.Releases;

namespace Slipway.Demo;

/// <summary>
/// What the server has on record about the project: all that the demo knows of how far its story has come, so that one that was killed goes on where it was. Runs and rollouts oldest first.
/// </summary>
internal sealed record LoopRecord(IReadOnlyList<PipelineRun> Runs, IReadOnlyList<RolloutState> Rollouts, IReadOnlyList<AlertState> Alerts, DeploymentWatch? Watch)
{
    /// <summary>The run that made the first version.</summary>
    public PipelineRun? First => Runs.FirstOrDefault(run => run.Trigger is null);

    /// <summary>The run that the system began by itself.</summary>
    public PipelineRun? Retraining => Runs.FirstOrDefault(run => run.Trigger is not null);

    /// <summary>The rollout that followed it.</summary>
    public RolloutState? Better => RolloutOf(Retraining);

    /// <summary>The run that was fed with mistaken data.</summary>
    public PipelineRun? Mistaken => Runs.FirstOrDefault(run => run.Trigger is null && run.Id != First?.Id);

    /// <summary>The rollout that followed it.</summary>
    public RolloutState? Worse => RolloutOf(Mistaken);

    /// <summary>The version that a run registered, or null.</summary>
    public static VersionReference? VersionOf(PipelineRun? run) =>
        (string?)run?.Stages.FirstOrDefault(stage => stage.Name == "register")?.Facts["version"] is { } version ? VersionReference.Parse(version) : null;

    public static async Task<LoopRecord> ReadAsync(SlipwayClient client, string model, string deployment, bool watch, CancellationToken cancellationToken)
    {
        var runs = await client.GetAsync<IReadOnlyList<PipelineRun>>($"/api/v1/projects/{model}/pipelines", cancellationToken);
        var rollouts = await client.GetAsync<IReadOnlyList<RolloutState>>($"/api/v1/rollouts?deployment={deployment}", cancellationToken);
        var alerts = await client.GetAsync<IReadOnlyList<AlertState>>($"/api/v1/alerts?deployment={deployment}", cancellationToken);
        var seen = watch ? await FindWatchAsync(client, deployment, cancellationToken) : null;
        return new LoopRecord([.. runs.Reverse()], [.. rollouts.Reverse()], alerts, seen);
    }

    private static async Task<DeploymentWatch?> FindWatchAsync(SlipwayClient client, string deployment, CancellationToken cancellationToken)
    {
        try
        {
            return await client.GetAsync<DeploymentWatch>($"/api/v1/deployments/{deployment}/watch", cancellationToken);
        }
        catch (SlipwayException exception) when (exception.Kind == ErrorKind.NotFound)
        {
            // Before the first request.
            return null;
        }
    }

    private RolloutState? RolloutOf(PipelineRun? run) => run is null ? null : Rollouts.FirstOrDefault(rollout => rollout.Origin == run.Id);
}
