using Cronos;

namespace Slipway.Retraining.Triggers;

/// <summary>When a cron expression of five fields fires, in UTC.</summary>
internal static class CronTimes
{
    /// <summary>The first occurrence after a moment; null when there is none (30 February).</summary>
    public static DateTimeOffset? Next(string expression, DateTimeOffset after) =>
        CronExpression.Parse(expression, CronFormat.Standard).GetNextOccurrence(after.UtcDateTime) is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : null;
}
