using System.Globalization;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;

namespace Slipway.Registry.Mlflow;

/// <summary>A model as MLflow's clients see it. Moments are milliseconds since 1970.</summary>
internal sealed record RegisteredModel(long Id, string Name, string Description, long CreatedAt, long UpdatedAt, string CreatedBy)
{
    public static SlipwayException NotFound(string name) => new(ErrorKind.NotFound, $"Registered Model with name={Excerpt.Of(name, RegistryFields.ModelName)} not found");
}

/// <summary>A name for a version of a model, which can be given to another one.</summary>
internal readonly record struct ModelAlias(string Alias, long Number)
{
    public static void Write(Utf8JsonWriter json, ModelAlias alias)
    {
        json.WriteString("alias", alias.Alias);
        json.WriteString("version", alias.Number.ToString(CultureInfo.InvariantCulture));
    }
}

/// <summary>A model with all that is answered about it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Tags">Its tags, by key.</param>
/// <param name="Aliases">Its aliases, by name.</param>
/// <param name="Latest">The newest version in each stage.</param>
internal sealed record RegisteredModelContent(RegisteredModel Model, IReadOnlyList<ModelTag> Tags, IReadOnlyList<ModelAlias> Aliases, IReadOnlyList<RegisteredVersionContent> Latest)
{
    /// <summary>Writes the members of MLflow's <c>RegisteredModel</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("name", Model.Name);
        json.WriteNumber("creation_timestamp", Model.CreatedAt);
        json.WriteNumber("last_updated_timestamp", Model.UpdatedAt);
        json.WriteGiven("user_id", Model.CreatedBy);
        json.WriteGiven("description", Model.Description);
        json.WriteList("latest_versions", Latest, static (writer, version) => version.Write(writer));
        json.WriteList("tags", Tags, ModelTag.Write);
        json.WriteList("aliases", Aliases, ModelAlias.Write);
    }
}
