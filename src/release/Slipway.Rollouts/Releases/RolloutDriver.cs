using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Slipway.Rollouts.Releases;

/// <summary>Lets rollouts go on that were under way when the program last ended. From then on whoever brings new evidence calls <see cref="IRollouts.ReconcileAsync"/>.</summary>
internal sealed partial class RolloutDriver(IDeployments deployments, IRollouts rollouts, ILogger<RolloutDriver> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var deployment in await deployments.ListAsync(stoppingToken))
        {
            if (deployment.Candidate is null)
            {
                continue;
            }

            try
            {
                await rollouts.ReconcileAsync(deployment.Name, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e, deployment.Name, deployment.Candidate.Version.Reference.ToString());
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The rollout of {Version} to {Deployment} could not go on; it is tried again with the next evidence")]
    private partial void LogFailed(Exception exception, string deployment, string version);
}
