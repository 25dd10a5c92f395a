using System.Globalization;
using System.Text.RegularExpressions;
using Slipway.Core.Errors;

namespace Slipway.Mlflow;

/// <summary>Limits that all of MLflow's interface shares, each said with the field that passes it.</summary>
public static partial class MlflowLimits
{
    /// <summary>The longest name of a metric, parameter or tag, in characters.</summary>
    public const int Key = 250;

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
    public static string RequiredLimited(this MlflowFields fields, string name, int limit) => Check(fields.PathOf(name), fields.RequiredText(name), limit);

    /// <summary>A text of at most <paramref name="limit"/> characters; empty where it is absent.</summary>
    public static string Limited(this MlflowFields fields, string name, int limit) => Check(fields.PathOf(name), fields.Text(name) ?? "", limit);

    /// <summary>How many results a page has at most.</summary>
    public static int PageSize(this MlflowFields fields, int usual, int most, string name = "max_results") => fields.Integer(name) switch
    {
        null => usual,
        { } asked when asked >= 1 && asked <= most => (int)asked,
        { } asked => throw Invalid($"Invalid value {asked} for parameter '{fields.PathOf(name)}' supplied: It must be between 1 and {most}."),
    };

    private static SlipwayException Invalid(FormattableString message) => new(ErrorKind.InvalidInput, message.ToString(CultureInfo.InvariantCulture));

    /// <summary>Refuses a text of more than <paramref name="limit"/> characters, which <paramref name="path"/> names.</summary>
    public static string Check(string path, string text, int limit) =>

        // Characters, as people and Python count them: one beyond the basic plane is two chars here.
        text.Length <= limit || text.Length - text.Count(char.IsLowSurrogate) <= limit
            ? text
            : throw Invalid($"'{path}' exceeds the maximum length of {limit} characters.");

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
