using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Scorers;

/// <summary>The fields of the messages about scorers, with their limits.</summary>
internal static class ScorerFields
{
    public const int Name = 256;
    public const int Serialized = 500_000;

    /// <summary>The most versions that a scorer has at once.</summary>
    public const int Versions = 10_000;

    private const int Selected = 1000;

    public static string ScorerName(this MlflowFields fields)
    {
        var name = fields.RequiredLimited("name", Name);
        return string.IsNullOrWhiteSpace(name) ? throw fields.Invalid("name", name, "It is not blank.") : name;
    }

    /// <summary>What a scorer is, as the client wrote it: a JSON object, which is kept to the letter.</summary>
    public static string SerializedScorer(this MlflowFields fields)
    {
        var text = fields.RequiredLimited("serialized_scorer", Serialized);
        try
        {
            using var parsed = JsonDocument.Parse(text);
            return parsed.RootElement.ValueKind == JsonValueKind.Object ? text : throw fields.Invalid("serialized_scorer", text, "It is a text that holds an object as JSON.");
        }
        catch (JsonException e)
        {
            throw fields.Invalid(
                "serialized_scorer", text, string.Create(CultureInfo.InvariantCulture, $"It is a text that holds an object as JSON, and is wrong at line {e.LineNumber + 1}, near byte {e.BytePositionInLine}."));
        }
    }

    /// <summary>A version's number; null for the newest, or all.</summary>
    public static long? ScorerVersion(this MlflowFields fields) => fields.Integer("version");

    /// <summary>Which scorers a list is about; all where neither says anything.</summary>
    /// <returns>Experiments all of whose scorers are meant, and single ones by experiment and name.</returns>
    public static (IReadOnlyList<long>? Experiments, IReadOnlyList<(long Experiment, string Name)> Keys) Selection(this MlflowFields fields)
    {
        var one = fields.Text("experiment_id");
        var several = fields.Texts("experiment_ids");
        var keys = fields.Texts("scorer_keys");
        if (!string.IsNullOrEmpty(one) && several.Count > 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "Only one of 'experiment_id' and 'experiment_ids' may be given.");
        }

        Limits.CheckBatch("experiment_ids", several.Count, Selected);
        Limits.CheckBatch("scorer_keys", keys.Count, Selected);
        string[] named = string.IsNullOrEmpty(one) ? [.. several] : [one];
        return (named.Length == 0 ? keys.Count == 0 ? null : [] : [.. named.Select(ExperimentStore.NumberOf)], [.. keys.Select(KeyOf)]);

        (long, string) KeyOf(string key) => key.Split('/', 2) is [var experiment, { Length: > 0 } name]
            ? (ExperimentStore.NumberOf(experiment), Uri.UnescapeDataString(name))
            : throw fields.Invalid("scorer_keys", key, "It is EXPERIMENT/NAME, the name as in an address.");
    }
}
