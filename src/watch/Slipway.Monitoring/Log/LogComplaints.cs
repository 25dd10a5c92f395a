using Microsoft.Extensions.Logging;
using Slipway.Storage.Files;

namespace Slipway.Monitoring.Log;

/// <summary>Says why predictions are answered and not logged, once a minute: a disk that is full refuses ten times a second. Used by the log's loop.</summary>
internal sealed partial class LogComplaints(TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    private long? _at;

    /// <summary>The disk, or the database, refused.</summary>
    public void Refused(Exception reason, string deployment, long dropped)
    {
        if (!IsDue())
        {
            return;
        }

        if (DiskErrors.IsFull(reason))
        {
            LogDiskFull(logger, deployment, dropped);
        }
        else
        {
            LogNotWritten(logger, deployment, dropped, reason);
        }
    }

    /// <summary>Too much waits to become Parquet.</summary>
    public void BacklogFull(int megabytes, long dropped)
    {
        if (IsDue())
        {
            LogBacklogFull(logger, megabytes, dropped);
        }
    }

    private bool IsDue()
    {
        if (_at is { } before && time.GetElapsedTime(before) < Every)
        {
            return false;
        }

        _at = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(LogLevel.Error, "The disk is full: predictions of {Deployment} are answered and not logged, {Dropped} so far. Free some space; the log goes on by itself")]
    private static partial void LogDiskFull(ILogger logger, string deployment, long dropped);

    [LoggerMessage(LogLevel.Error, "Predictions of {Deployment} could not be logged, {Dropped} so far")]
    private static partial void LogNotWritten(ILogger logger, string deployment, long dropped, Exception reason);

    [LoggerMessage(LogLevel.Error, "The prediction log's backlog of {Megabytes} MB is full (monitoring.log.backlogMegabytes): predictions are answered and not logged, {Dropped} so far, until chunks have become Parquet. Record a share (monitoring.log.sample), or give the machine room")]
    private static partial void LogBacklogFull(ILogger logger, int megabytes, long dropped);
}
