using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Registry;
using Slipway.Registry.Approvals;
using Slipway.Storage;
using Slipway.Storage.Events;

namespace Slipway.Rollouts.Releases;

/// <summary>
/// Lets rollouts hear at once when their candidate may no longer be deployed: its approval was taken back, it was rejected or deprecated, or its policy was changed. The rollout's own rule decides;
/// an event that is heard twice changes nothing the second time.
/// </summary>
internal sealed partial class DecisionFollower(IEventLog events, Database database, IDeployments deployments, IRollouts rollouts, TimeProvider time, ILogger<DecisionFollower> logger)
    : BackgroundService
{
    private const string Consumer = "rollout-decisions";
    private const int MaxEvents = 500;

    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await events.WaitAsync(await FollowAsync(stoppingToken), stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
                await Task.Delay(AfterFailure, time, stoppingToken);
            }
        }
    }

    private async Task<long> FollowAsync(CancellationToken cancellationToken)
    {
        var position = await events.ReadCursorAsync(Consumer, cancellationToken);
        while (await events.ReadAsync(position, MaxEvents, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var model in page.Select(FindModel).OfType<string>().Distinct(StringComparer.Ordinal))
            {
                await ReconcileAsync(model, cancellationToken);
            }

            var reached = position = page[^1].Position;
            await database.WriteAsync(
                async transaction =>
                {
                    await transaction.SaveCursorAsync(Consumer, reached);
                    return true;
                },
                cancellationToken);
        }

        return position;
    }

    private async Task ReconcileAsync(string model, CancellationToken cancellationToken)
    {
        // A policy binds who would take over its model's callers, too.
        foreach (var deployment in (await deployments.ListAsync(cancellationToken)).Where(d => d.Candidate?.Version.Reference.Model == model || (d.Candidate is not null && d.Stable.Reference.Model == model)))
        {
            try
            {
                await rollouts.ReconcileAsync(deployment.Name, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // One that cannot go on must not keep the others from hearing; its next look at the evidence asks the same.
                LogNotReconciled(e, deployment.Name, deployment.Candidate!.Version.Reference.ToString());
            }
        }
    }

    private static string? FindModel(StoredEvent happened)
    {
        if (happened.Type is not (nameof(ApprovalPolicyChanged) or nameof(ApprovalRevoked) or nameof(VersionRejected) or nameof(VersionDeprecated)))
        {
            return null;
        }

        using var data = JsonDocument.Parse(happened.Data);
        return (data.RootElement.TryGetProperty("version", out var version) ? version : data.RootElement).GetProperty("model").GetString();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The rollout of {Version} to {Deployment} could not hear of a decision; it is asked again with the next evidence")]
    private partial void LogNotReconciled(Exception exception, string deployment, string version);

    [LoggerMessage(Level = LogLevel.Error, Message = "Rollouts do not hear of decisions about their versions for now")]
    private partial void LogFailed(Exception exception);
}
