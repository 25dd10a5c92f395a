using Microsoft.Extensions.Logging;

namespace Slipway.Monitoring;

/// <summary>Runs work whose failure must stop nothing else, and logs each kind of failure once a minute: what fails once a second would fill the disk with sentences.</summary>
internal sealed partial class GuardedWork(TimeProvider time, ILogger<GuardedWork> logger)
{
    private static readonly TimeSpan LogEvery = TimeSpan.FromMinutes(1);

    private readonly Dictionary<string, long> _logged = [];

    /// <summary>Runs something for a deployment; false when it failed.</summary>
    public bool Try(string what, string deployment, Action work)
    {
        try
        {
            work();
            return true;
        }
        catch (Exception e)
        {
            Failed($"{what} {deployment}", e);
            return false;
        }
    }

    /// <summary>Runs something for a deployment; false when it failed. Being cancelled is no failure and reaches the caller.</summary>
    public async Task<bool> TryAsync(string what, string deployment, Func<Task> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Failed($"{what} {deployment}", e);
            return false;
        }
    }

    /// <summary>Says what could not be done.</summary>
    public void Failed(string what, Exception cause)
    {
        if (IsDue(what))
        {
            LogFailed(cause, what, cause.Message);
        }
    }

    /// <summary>Says that a deployment waits for the next start.</summary>
    public void GaveUp(string deployment)
    {
        if (IsDue($"give up {deployment}"))
        {
            LogGivenUp(deployment);
        }
    }

    private bool IsDue(string what)
    {
        if (_logged.TryGetValue(what, out var before) && time.GetElapsedTime(before) < LogEvery)
        {
            return false;
        }

        _logged[what] = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(LogLevel.Error, "Monitoring could not {What}: {Reason}")]
    private partial void LogFailed(Exception cause, string what, string reason);

    [LoggerMessage(LogLevel.Error, "Monitoring could not read the database for so long that it gives up {Deployment} until the next start, when the log hands its predictions over again.")]
    private partial void LogGivenUp(string deployment);
}
