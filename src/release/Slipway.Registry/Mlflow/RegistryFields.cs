using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>The fields of the registry's messages, with MLflow's limits.</summary>
internal static partial class RegistryFields
{
    public const int ModelName = 256;
    public const int Alias = 255;
    public const int TagValue = 100_000;
    public const int Description = 5000;
    public const int RunLink = 500;
    public const int ModelsDefault = 100;
    public const int ModelsPage = 1000;
    public const int VersionsDefault = 10_000;
    public const int VersionsPage = 200_000;

    /// <summary>The name of a model that is there.</summary>
    public static string ModelNamed(this MlflowFields fields) => fields.RequiredLimited("name", ModelName);

    /// <summary>A name for a model.</summary>
    public static string NewModelName(this MlflowFields fields, string name = "name")
    {
        var text = fields.RequiredLimited(name, ModelName);
        return string.IsNullOrWhiteSpace(text) || text.AsSpan().ContainsAny('/', ':')
            ? throw fields.Invalid(name, text, "It is part of addresses such as models:/NAME/1, so it is not blank and has neither '/' nor ':'.")
            : text;
    }

    /// <summary>The number of a version. One that is too large for any is taken, and not found.</summary>
    public static long VersionNumber(this MlflowFields fields, string name = "version")
    {
        var text = fields.RequiredText(name);
        return NumberCharacters().IsMatch(text)
            ? long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue
            : throw fields.Invalid(name, text, "It is a whole number.");
    }

    /// <summary>An alias, in the form of those that may be set.</summary>
    public static string AliasNamed(this MlflowFields fields)
    {
        var alias = fields.RequiredLimited("alias", Alias);
        return !AliasCharacters().IsMatch(alias) || alias.EndsWith('\n')
            ? throw fields.Invalid("alias", alias, "Names may only contain alphanumerics, underscores (_) and dashes (-).")
            : alias;
    }

    /// <summary>An alias to set.</summary>
    public static string NewAlias(this MlflowFields fields)
    {
        var alias = fields.AliasNamed();
        return alias.Equals("latest", StringComparison.OrdinalIgnoreCase) ? throw fields.Invalid("alias", alias, "'latest' alias name (case insensitive) is reserved.")
            : ReservedAlias().IsMatch(alias) ? throw fields.Invalid("alias", alias, "An alias of 'v' and digits is reserved, since it reads like a version.")
            : alias;
    }

    public static ModelTag Tag(this MlflowFields fields) => new(fields.RequiredKey(), fields.Limited("value", TagValue));

    /// <summary>The tags of something new; of two with one key the later holds, as when they are set one by one.</summary>
    public static IReadOnlyList<ModelTag> NewTags(this MlflowFields fields) => [.. fields.Messages("tags").Select(Tag).GroupBy(tag => tag.Key).Select(same => same.Last())];

    /// <summary>A text that may be left out or empty, or null.</summary>
    public static string? Given(this MlflowFields fields, string name, int limit) => fields.Limited(name, limit) is { Length: > 0 } text ? text : null;

    /// <summary>Writes a member that is absent where there is nothing to say.</summary>
    public static void WriteGiven(this Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
        {
            json.WriteString(name, value);
        }
    }

    [GeneratedRegex(@"^[\w\-]*$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex AliasCharacters();

    [GeneratedRegex("^[vV][0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex ReservedAlias();

    [GeneratedRegex(@"^-?[0-9]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumberCharacters();
}
