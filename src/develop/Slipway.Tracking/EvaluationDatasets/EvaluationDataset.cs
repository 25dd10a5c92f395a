using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>A list of questions with what is expected of the answers. Several may have one name, as in MLflow; the id tells them apart. Moments are milliseconds since 1970.</summary>
internal sealed record EvaluationDataset
{
    public const string Columns = """
        id as Id, dataset_id as DatasetId, name as Name, digest as Digest, schema as Schema, profile as Profile,
        created_at as CreatedAt, updated_at as UpdatedAt, created_by as CreatedBy, updated_by as UpdatedBy
        """;

    public long Id { get; init; }

    /// <summary>The id by which clients know it.</summary>
    public required string DatasetId { get; init; }

    public required string Name { get; init; }

    public string Digest { get; init; } = "";

    /// <summary>The fields of its records and their types, as JSON; null while it has none.</summary>
    public string? Schema { get; init; }

    /// <summary>How many records it has, as JSON; null while it has none.</summary>
    public string? Profile { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required string UpdatedBy { get; init; }

    /// <summary>What changes whenever it does, as in MLflow: eight digits of a hash of its name and the moment.</summary>
    public static string DigestOf(string name, long updatedAt) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{name}\n{updatedAt}"))).AsSpan(0, 4));

    public static SlipwayException NotFound(string id) => new(ErrorKind.NotFound, $"Evaluation dataset with id '{Excerpt.Of(id)}' not found");
}

/// <summary>A dataset with its tags and experiments.</summary>
internal sealed record EvaluationDatasetContent(EvaluationDataset Dataset, IReadOnlyList<Tag> Tags, IReadOnlyList<long> Experiments)
{
    /// <summary>Writes the members of MLflow's <c>Dataset</c>.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("dataset_id", Dataset.DatasetId);
        json.WriteString("name", Dataset.Name);
        json.WriteString("tags", MlflowJson.TextOf(writer =>
        {
            foreach (var tag in Tags)
            {
                writer.WriteString(tag.Key, tag.Value);
            }
        }));
        WriteGiven("schema", Dataset.Schema);
        WriteGiven("profile", Dataset.Profile);
        json.WriteString("digest", Dataset.Digest);
        json.WriteNumber("created_time", Dataset.CreatedAt);
        json.WriteNumber("last_update_time", Dataset.UpdatedAt);
        json.WriteString("created_by", Dataset.CreatedBy);
        json.WriteString("last_updated_by", Dataset.UpdatedBy);
        WriteExperiments(json);

        void WriteGiven(string name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }
    }

    /// <summary>Writes the ids of its experiments; nothing where there are none.</summary>
    public void WriteExperiments(Utf8JsonWriter json)
    {
        if (Experiments.Count > 0)
        {
            json.WriteStartArray("experiment_ids");
            foreach (var experiment in Experiments)
            {
                json.WriteStringValue(experiment.ToString(CultureInfo.InvariantCulture));
            }

            json.WriteEndArray();
        }
    }
}
