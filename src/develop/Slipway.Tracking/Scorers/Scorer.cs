using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Text;

namespace Slipway.Tracking.Scorers;

/// <summary>One version of a scorer: how answers are judged, as its author's program wrote it down. It is kept and given back; nothing here runs it.</summary>
internal sealed record Scorer(string ScorerId, long Experiment, string Name, long Version, string Serialized, long CreatedAt)
{
    public const string Columns = "s.scorer_id as ScorerId, s.experiment as Experiment, s.name as Name, v.version as Version, v.serialized as Serialized, v.created_at as CreatedAt";

    public const string From = "scorers s join scorer_versions v on v.scorer = s.id";

    /// <summary>Writes the members of MLflow's <c>Scorer</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("experiment_id", Experiment);
        json.WriteString("scorer_name", Name);
        json.WriteNumber("scorer_version", Version);
        json.WriteString("serialized_scorer", Serialized);
        json.WriteNumber("creation_time", CreatedAt);
        json.WriteString("scorer_id", ScorerId);
    }

    public static SlipwayException NotFound(string experiment, string name, long? version) => new(ErrorKind.NotFound, version is { } number
        ? string.Create(CultureInfo.InvariantCulture, $"Scorer with name '{Excerpt.Of(name)}' and version {number} not found for experiment {Excerpt.Of(experiment)}.")
        : $"Scorer with name '{Excerpt.Of(name)}' not found for experiment {Excerpt.Of(experiment)}.");
}
