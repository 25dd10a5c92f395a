using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Core;

namespace Slipway.Registry.Approvals;

/// <summary>
/// Reminds of what waits for approval and of live versions whose approval ends or has ended, once in each of the policy's periods. That somebody was reminded is kept with the event, so a
/// process that is killed anywhere reminds nobody twice.
/// </summary>
internal sealed partial class ApprovalReminders(ApprovalReader reader, ApprovalStore store, TimeProvider time, ILogger<ApprovalReminders> logger) : BackgroundService
{
    /// <summary>How often it is looked; the shortest period that a policy may name.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Reminds of everything that is due now.</summary>
    public async Task RemindAsync(CancellationToken cancellationToken)
    {
        // What is pending and whether it is due are judged at one moment: otherwise what was pending before a machine slept would be reminded of after it.
        var now = time.GetUtcNow();
        var pending = await reader.ListPendingAsync(Caller.Local, now, cancellationToken);

        // Nightly trainings leave a row of requests; the newest of a model is what somebody has to look at.
        foreach (var item in pending.GroupBy(p => (p.Approval.Version.Model, p.About)).Select(model => model.First()))
        {
            await RemindAsync(item, now, cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await RemindAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task RemindAsync(PendingApproval item, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var version = item.Approval.Version;
        if (!IsDue(item, now) || await reader.FindAsync(version, cancellationToken) is not { } facts)
        {
            return;
        }

        var reminded = new ApprovalReminded(version, item.About, item.Since, Sentence(item), Actor.Policy);
        var step = new ApprovalDecision(0, ApprovalStep.Reminded, Actor.Policy.Name, null, Authenticated: false, now, item.About);
        var kept = await store.FindPolicyAsync(version.Model, cancellationToken);

        // Where somebody decides at this moment it is not kept, and the next look sees what they made of it.
        if (facts.Decisions.Count == item.Approval.Decisions.Count && await store.TryAddAsync(facts, kept, step, facts.Version.State, isOpen: true, reminded, cancellationToken))
        {
            LogReminded(reminded.Why);
        }
    }

    private static bool IsDue(PendingApproval item, DateTimeOffset now)
    {
        var last = item.Approval.Decisions.LastOrDefault(d => d.Step == ApprovalStep.Reminded && d.Comment == item.About)?.At;
        return item.About switch
        {
            "waiting" => now - (last > item.Since ? last.Value : item.Since) >= item.Approval.Policy.Remind,
            _ => last is null || now - last.Value >= item.Approval.Policy.Remind,
        };
    }

    private static string Sentence(PendingApproval item)
    {
        var (approval, at) = (item.Approval, item.Since.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        return item.About switch
        {
            "waiting" => $"{approval.Version} has waited for approval since {at}. {string.Join(' ', approval.Missing)}",
            "expiring" => $"The approval of {approval.Version}, which answers as {string.Join(", ", item.Deployments)}, ends on {at}. Approve it again or deploy another version.",
            _ => $"{approval.Version} answers as {string.Join(", ", item.Deployments)} and lacks what its policy demands. {string.Join(' ', approval.Missing)}",
        };
    }

    [LoggerMessage(LogLevel.Warning, "{Reminder}")]
    private partial void LogReminded(string reminder);

    [LoggerMessage(LogLevel.Error, "Nobody is reminded of approvals for now")]
    private partial void LogFailed(Exception exception);
}
