using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking.Experiments;

/// <summary>A named group of runs. Moments are milliseconds since 1970.</summary>
internal sealed record Experiment(long Id, string Name, string ArtifactLocation, long CreatedAt, long UpdatedAt, long? DeletedAt)
{
    public bool IsDeleted => DeletedAt is not null;

    public string Stage => Lifecycle.Of(DeletedAt);

    /// <summary>Refuses a change of what was deleted.</summary>
    public Experiment DemandActive() => !IsDeleted
        ? this
        : throw new SlipwayException(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"The experiment {Id} must be in the 'active' state. Current state is deleted. Restore it first."));

    public void Write(Utf8JsonWriter json, IReadOnlyCollection<Tag> tags)
    {
        json.WriteString("experiment_id", Id.ToString(CultureInfo.InvariantCulture));
        json.WriteString("name", Name);
        json.WriteString("artifact_location", ArtifactLocation);
        json.WriteString("lifecycle_stage", Stage);
        json.WriteNumber("last_update_time", UpdatedAt);
        json.WriteNumber("creation_time", CreatedAt);
        json.WriteList("tags", tags, Tag.Write);
    }

    public static SlipwayException NotFound(string id) => new(ErrorKind.NotFound, $"No Experiment with id={id} exists");
}
