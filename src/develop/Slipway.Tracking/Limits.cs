using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking;

/// <summary>The limits of MLflow's interface, each said with the field that passes it.</summary>
internal static partial class Limits
{
    public const int Key = 250;
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

    // What metrics, parameters and tags may be called, so that a name can be a file's.
    [GeneratedRegex(@"^[/\w.\- :]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex KeyCharacters();

    /// <summary>The name of a metric, parameter or tag.</summary>
    public static string RequiredKey(this MlflowFields fields, string name = "key")
    {
        var key = fields.RequiredLimited(name, Key);
        if (!KeyCharacters().IsMatch(key) || key.EndsWith('\n'))
        {
            throw fields.Invalid(name, key, "Names may only contain alphanumerics, underscores (_), dashes (-), periods (.), spaces ( ), colons (:) and slashes (/).");
        }

        return IsOnePath(key) ? key : throw fields.Invalid(name, key, "A name may be treated as a path, and this one is not the shortest form of it: no leading, trailing or double slash, no . or .. as a part.");
    }

    /// <summary>A text of at most <paramref name="limit"/> characters that must be there and not empty.</summary>
    public static string RequiredLimited(this MlflowFields fields, string name, int limit) => fields.Check(name, fields.RequiredText(name), limit);

    /// <summary>A text of at most <paramref name="limit"/> characters; empty where it is absent.</summary>
    public static string Limited(this MlflowFields fields, string name, int limit) => fields.Check(name, fields.Text(name) ?? "", limit);

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

    /// <summary>How many results a page has at most.</summary>
    public static int PageSize(this MlflowFields fields, int usual, int most, string name = "max_results") => fields.Integer(name) switch
    {
        null => usual,
        { } asked when asked >= 1 && asked <= most => (int)asked,
        { } asked => throw Invalid($"Invalid value {asked} for parameter '{fields.PathOf(name)}' supplied: It must be between 1 and {most}."),
    };

    /// <summary>A name of ours as a key: what a key may not have becomes <c>_</c>.</summary>
    public static string KeyLike(string name)
    {
        var key = string.Concat(name.Select(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '-' or ' ' or ':' ? c : '_'));
        return key.Trim('.').Length == 0 ? $"_{key}" : Shortened(key, Key);
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

    // Characters, as people and Python count them: one beyond the basic plane is two chars here.
    private static string Check(this MlflowFields fields, string name, string text, int limit) =>
        text.Length <= limit || text.Length - text.Count(char.IsLowSurrogate) <= limit
            ? text
            : throw Invalid($"'{fields.PathOf(name)}' exceeds the maximum length of {limit} characters.");

    private static bool IsOnePath(string key)
    {
        foreach (var part in key.Split('/'))
        {
            if (part is "" or "." or "..")
            {
                return false;
            }
        }

        return true;
    }
}
