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
    public const int DatasetDigest = 36;
    public const int DatasetSource = 65_535;
    public const int DatasetSchema = 1_048_575;
    public const int DatasetProfile = 16_777_215;
    public const int ModelName = 500;
    public const int ModelKey = 255;
    public const int InputTagKey = 255;
    public const int InputTagValue = 500;
    public const int BatchMetrics = 1000;
    public const int BatchParameters = 100;
    public const int BatchTags = 100;
    public const int Batch = 1000;
    public const int HistoryPage = 25_000;
    public const int BulkRuns = 100;
    public const int IntervalPoints = 2500;
    public const int SearchPage = 50_000;
    public const int SearchDefault = 1000;
    public const int ModelsDefault = 50;

    /// <summary>The most bytes of a request with inputs: room for one dataset at all its limits, whatever its script.</summary>
    public const int InputsRequest = 64_000_000;

    /// <summary>The most datasets or models of one request, and tags or parameters of a logged model.</summary>
    public const int BatchInputs = 1000;
    public const int DatasetExperiments = 20;
    public const int DatasetSummaries = 1000;

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

    /// <summary>A name of ours as a key: what a key may not have becomes <c>_</c>.</summary>
    public static string KeyLike(string name)
    {
        var key = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '-' or ' ' or ':' ? c : '_'));
        return key.Trim('.').Length == 0 ? $"_{key}" : key.Length <= Key ? key : key[..Key];
    }

    /// <summary>A text of ours that fits: one that is longer ends in an ellipsis.</summary>
    public static string Shortened(string text, int limit)
    {
        if (text.Length <= limit)
        {
            return text;
        }

        var end = char.IsHighSurrogate(text[limit - 2]) ? limit - 2 : limit - 1;
        return $"{text[..end]}…";
    }

    private static SlipwayException Invalid(FormattableString message) => new(ErrorKind.InvalidInput, message.ToString(CultureInfo.InvariantCulture));
}
