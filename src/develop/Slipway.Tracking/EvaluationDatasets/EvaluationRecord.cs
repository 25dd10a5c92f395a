using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>Where a record comes from, with MLflow's numbers and names.</summary>
internal enum RecordSource
{
    SourceTypeUnspecified = 0,
    Trace = 1,
    Human = 2,
    Document = 3,
    Code = 4,
}

/// <summary>One question: inputs by which it is known, and what is said of them, as JSON.</summary>
internal sealed record EvaluationRecord
{
    public const string Columns = """
        id as Id, record_id as RecordId, dataset as Dataset, inputs_hash as InputsHash, inputs as Inputs, outputs as Outputs, expectations as Expectations, tags as Tags, source as Source,
        source_id as SourceId, source_type as SourceType, created_at as CreatedAt, updated_at as UpdatedAt, created_by as CreatedBy, updated_by as UpdatedBy
        """;

    private const string UserTag = "mlflow.user";

    public long Id { get; init; }

    public string RecordId { get; init; } = "";

    public long Dataset { get; init; }

    /// <summary>What two records with the same inputs share.</summary>
    public required string InputsHash { get; init; }

    public required string Inputs { get; init; }

    public string? Outputs { get; init; }

    public string? Expectations { get; init; }

    public string? Tags { get; init; }

    public string? Source { get; init; }

    public string? SourceId { get; init; }

    public string? SourceType { get; init; }

    public long CreatedAt { get; init; }

    public long UpdatedAt { get; init; }

    public required string CreatedBy { get; init; }

    public required string UpdatedBy { get; init; }

    /// <summary>A record as a client sends it.</summary>
    public static EvaluationRecord Of(MlflowFields fields, string caller)
    {
        fields.RequiredMessage("inputs");
        fields.Message("expectations");
        var inputs = fields.Json("inputs")!;
        var source = fields.Message("source");
        var type = source?.Choice<RecordSource>("source_type") ?? fields.Choice<RecordSource>("source_type");
        var data = source?.Message("source_data");
        var by = fields.Message("tags")?.Text(UserTag) is { Length: > 0 } user ? user : caller;
        return new EvaluationRecord
        {
            InputsHash = InputsHashing.Of(inputs),
            Inputs = inputs,
            Outputs = fields.Json("outputs"),
            Expectations = fields.Json("expectations"),
            Tags = fields.Json("tags"),
            Source = source is null ? null : fields.Json("source"),
            SourceId = fields.Text("source_id") ?? data?.Text(type == RecordSource.Trace ? "trace_id" : "source_id"),
            SourceType = type is { } known ? MlflowFields.NameOf(known) : null,
            CreatedBy = by,
            UpdatedBy = by,
        };
    }

    /// <summary>This record after another with the same inputs was sent: expectations and tags come together key by key, outputs are replaced, and the source stays.</summary>
    public EvaluationRecord Merge(EvaluationRecord sent, long now) => this with
    {
        Outputs = sent.Outputs ?? Outputs,
        Expectations = Join(Expectations, sent.Expectations),
        Tags = Join(Tags, sent.Tags),
        UpdatedAt = now,
        UpdatedBy = sent.UpdatedBy,
    };

    /// <summary>Writes the members of MLflow's record.</summary>
    public void Write(Utf8JsonWriter json, string datasetId)
    {
        json.WriteString("dataset_record_id", RecordId);
        json.WriteString("dataset_id", datasetId);
        WriteJson("inputs", Inputs);
        WriteJson("outputs", Outputs);
        WriteJson("expectations", Expectations);
        WriteJson("tags", Tags ?? "{}");
        WriteJson("source", Source);
        WriteText("source_id", SourceId);
        WriteText("source_type", SourceType);
        json.WriteNumber("created_time", CreatedAt);
        json.WriteNumber("last_update_time", UpdatedAt);
        json.WriteString("created_by", CreatedBy);
        json.WriteString("last_updated_by", UpdatedBy);

        void WriteJson(string name, string? value)
        {
            if (value is not null)
            {
                json.WritePropertyName(name);
                json.WriteRawValue(value, skipInputValidation: true);
            }
        }

        void WriteText(string name, string? value)
        {
            if (value is not null)
            {
                json.WriteString(name, value);
            }
        }
    }

    private static string? Join(string? before, string? sent)
    {
        if (before is null || sent is null)
        {
            return sent ?? before;
        }

        var joined = JsonNode.Parse(before)!.AsObject();
        foreach (var (key, value) in JsonNode.Parse(sent)!.AsObject())
        {
            joined[key] = value?.DeepClone();
        }

        return joined.ToJsonString(Writing);
    }

    private static JsonSerializerOptions Writing { get; } = new() { Encoder = MlflowJson.Encoder };
}
