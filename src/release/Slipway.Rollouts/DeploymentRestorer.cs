using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Core;
using Slipway.Rollouts.Releases;

namespace Slipway.Rollouts;

/// <summary>
/// Makes the server answer by what was deployed when the program last ran, before it listens. This also heals a program that was killed between the commit of a change and its switch.
/// A deployment whose version no longer loads is logged and reported as not ready; the others answer. A candidate that no longer loads is taken back, and the stable version answers everybody.
/// </summary>
internal sealed partial class DeploymentRestorer(
    DeploymentStore store,
    DeploymentTurns turns,
    DeploymentChanges changes,
    DeploymentReconciler reconciler,
    DeploymentsReadiness readiness,
    TimeProvider time,
    ILogger<DeploymentRestorer> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var deployed = await store.ListAsync(cancellationToken);

        // Loading is mostly computing and memory: more at once than there are processors would only hold more half-loaded models.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(deployed, parallel, async (state, token) => await RestoreAsync(state, token));
        readiness.Restored();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RestoreAsync(DeploymentState listed, CancellationToken cancellationToken)
    {
        using var turn = await turns.TakeAsync(listed.Name, cancellationToken);

        // Another part of the program may have deployed since the list was read.
        var desired = await store.FindAsync(listed.Name, cancellationToken) ?? listed;
        if (reconciler.IsLive(desired))
        {
            return;
        }

        try
        {
            var prepared = await reconciler.PrepareAsync(desired, cancellationToken);
            if (prepared.CandidateProblem is { } problem)
            {
                LogTakenBack(problem, desired.Name, desired.Candidate!.Version.Reference.ToString());
                await changes.CarryOutAsync(
                    desired.Name,
                    before => before.Rollout is null ? ReleaseChange.None : RolloutMoves.TakeBack(before, new Move(Actor.Policy, time.GetUtcNow()) { Sentence = problem.Message }),
                    cancellationToken);
                return;
            }

            reconciler.Activate(prepared.State);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotRestored(e, desired.Name, desired.Stable.Reference.ToString());
            readiness.Broken(new DeploymentProblem(desired.Name, desired.Stable.Reference, e.Message));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Deployment} does not answer: {Version}, which was deployed, cannot be loaded. Roll back, or deploy another version")]
    private partial void LogNotRestored(Exception exception, string deployment, string version);

    [LoggerMessage(Level = LogLevel.Error, Message = "The candidate {Version} of {Deployment} can no longer be loaded; its rollout is rolled back and the stable version answers everybody")]
    private partial void LogTakenBack(Exception exception, string deployment, string version);
}
