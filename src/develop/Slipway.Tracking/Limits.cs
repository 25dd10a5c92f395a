using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking;

/// <summary>The limits of MLflow's interface, each said with the field that passes it.</summary>
internal static class Limits
{
    public const int Key = MlflowLimits.Key;
    public const int ParameterValue = 6000;
    public const int TagValue = 8000;
    public const int ExperimentName = 500;
    public const int DatasetName = 500;
    public const int BatchMetrics = 1000;
    public const int BatchParameters = 100;
    public const int BatchTags = 100;
    public const int Batch = 1000;
    public const int HistoryPage = 25_000;
    public const int BulkRuns = 100;
    public const int IntervalPoints = 2500;
    public const int SearchPage = 50_000;
    public const int SearchDefault = 1000;

    /// <summary>A list of at most <paramref name="limit"/> messages.</summary>
    public static IReadOnlyList<MlflowFields> LimitedMessages(this MlflowFields fields, string name, int limit)
    {
        var messages = fields.Messages(name);
        CheckBatch(fields.PathOf(name), messages.Count, limit);
        return messages;
    }

    /// <summary>Refuses more than <paramref name="limit"/> of what a batch may have.</summary>
    public static void CheckBatch(string what, int count, int limit)
    {
        if (count > limit)
        {
            throw Invalid($"A batch logging request can contain at most {limit} {what}. Got {count} {what}. Please split up {what} across multiple requests and try again.");
        }
    }

    private static SlipwayException Invalid(FormattableString message) => new(ErrorKind.InvalidInput, message.ToString(CultureInfo.InvariantCulture));
}
