using System.Text.Json;
using Slipway.Mlflow;

namespace Slipway.Tracking.Inputs;

/// <summary>A reference to data: where it came from and what it looked like, known by its name and digest. The data itself is not here.</summary>
internal sealed record Dataset(string Name, string Digest, string SourceType, string Source, string? Schema, string? Profile)
{
    /// <summary>How many characters it has that may be many.</summary>
    public long Size => Source.Length + (Schema?.Length ?? 0L) + (Profile?.Length ?? 0L);

    public static Dataset Of(MlflowFields fields) => new(
        fields.RequiredLimited("name", Limits.DatasetName),
        fields.RequiredLimited("digest", Limits.DatasetDigest),
        fields.RequiredLimited("source_type", Limits.Key),
        fields.RequiredLimited("source", Limits.DatasetSource),
        Optional(fields, "schema", Limits.DatasetSchema),
        Optional(fields, "profile", Limits.DatasetProfile));

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("dataset");
        json.WriteString("name", Name);
        json.WriteString("digest", Digest);
        json.WriteString("source_type", SourceType);
        json.WriteString("source", Source);
        if (Schema is not null)
        {
            json.WriteString("schema", Schema);
        }

        if (Profile is not null)
        {
            json.WriteString("profile", Profile);
        }

        json.WriteEndObject();
    }

    private static string? Optional(MlflowFields fields, string name, int limit) => fields.Text(name) is null ? null : fields.Limited(name, limit);
}

/// <summary>A dataset as a run used it, with tags that say how.</summary>
internal sealed record DatasetInput(Dataset Dataset, IReadOnlyList<Tag> Tags)
{
    /// <summary>The tag that says what a run used a dataset for: training, evaluation.</summary>
    public const string ContextTag = "mlflow.data.context";

    /// <summary>What for, or null where the run did not say.</summary>
    public string? Context => Tags.Where(tag => tag.Key == ContextTag).Select(tag => tag.Value).FirstOrDefault();

    public static DatasetInput Of(MlflowFields fields) => new(
        Dataset.Of(fields.RequiredMessage("dataset")),
        [.. fields.Messages("tags").Select(tag => new Tag(tag.RequiredLimited("key", Limits.InputTagKey), tag.Limited("value", Limits.InputTagValue)))]);
}
