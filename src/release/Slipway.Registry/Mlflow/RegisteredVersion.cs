using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Core.Text;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>
/// A version as MLflow's clients see it. One with a <see cref="Version"/> is a <see cref="ModelVersion"/>, which can be approved and deployed; one without is a record of where something lies,
/// and nothing can serve it.
/// </summary>
internal sealed record RegisteredVersion
{
    public long Id { get; init; }

    /// <summary>The model's own number.</summary>
    public long Model { get; init; }

    public required string Name { get; init; }

    /// <summary>1, 2, 3 … in the order of registration.</summary>
    public long Number { get; init; }

    /// <summary>The semantic version of what Slipway can serve, or null.</summary>
    public string? Version { get; init; }

    /// <summary>Where a client said that it lies.</summary>
    public required string Source { get; init; }

    /// <summary>Where it lies, when that was found at registration and is not the source.</summary>
    public string? Location { get; init; }

    public string? RunId { get; init; }

    public string? RunLink { get; init; }

    /// <summary>MLflow's logged model, or null.</summary>
    public string? ModelId { get; init; }

    public string Description { get; init; } = "";

    public required string CreatedBy { get; init; }

    /// <summary>The stored stage; of no meaning where <see cref="Version"/> is given.</summary>
    public string Stage { get; init; } = ModelStage.None;

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>What was decided about it, where <see cref="Version"/> is given.</summary>
    public string? State { get; init; }

    /// <summary>The name by which it is approved and deployed, or null.</summary>
    public VersionReference? Reference => Version is null ? null : new VersionReference(Name, SemanticVersion.Parse(Version));

    /// <summary>Refuses a change that only Slipway's own decisions make.</summary>
    public RegisteredVersion DemandTracked(string what) => Reference is not { } reference
        ? this
        : throw new SlipwayException(ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"Version {Number} of {Name} is {reference}, which Slipway can serve: {what}"));

    public static SlipwayException NotFound(string name, string number) => new(
        ErrorKind.NotFound, $"Model Version (name={Excerpt.Of(name, RegistryFields.ModelName)}, version={Excerpt.Of(number)}) not found");

    public static SlipwayException NotFound(string name, long number) => NotFound(name, number.ToString(CultureInfo.InvariantCulture));
}

/// <summary>A version with all that is answered about it.</summary>
/// <param name="Version">The version.</param>
/// <param name="Stage">Its stage, by where it runs or as stored.</param>
/// <param name="Tags">Its tags, by key.</param>
/// <param name="Aliases">The aliases that name it.</param>
internal sealed record RegisteredVersionContent(RegisteredVersion Version, string Stage, IReadOnlyList<ModelTag> Tags, IReadOnlyList<string> Aliases)
{
    /// <summary>Writes the members of MLflow's <c>ModelVersion</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("name", Version.Name);
        json.WriteString("version", Version.Number.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("creation_timestamp", Version.CreatedAt);
        json.WriteNumber("last_updated_timestamp", Version.UpdatedAt);
        json.WriteGiven("user_id", Version.CreatedBy);
        json.WriteString("current_stage", Stage);
        json.WriteGiven("description", Version.Description);
        json.WriteString("source", Version.Source);
        json.WriteGiven("run_id", Version.RunId);

        // What is registered is there: nothing is copied, so nothing is pending and nothing fails later.
        json.WriteString("status", "READY");
        json.WriteList("tags", Tags, ModelTag.Write);
        json.WriteGiven("run_link", Version.RunLink);
        if (Aliases.Count > 0)
        {
            json.WriteStartArray("aliases");
            foreach (var alias in Aliases)
            {
                json.WriteStringValue(alias);
            }

            json.WriteEndArray();
        }

        json.WriteGiven("model_id", Version.ModelId);
    }
}
