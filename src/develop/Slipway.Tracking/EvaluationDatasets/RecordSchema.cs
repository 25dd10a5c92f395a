using System.Text.Json;
using Slipway.Mlflow;

namespace Slipway.Tracking.EvaluationDatasets;

/// <summary>Which fields the records of a dataset have, and of what types: grown by every record that is sent, and written in MLflow's form.</summary>
internal sealed class RecordSchema
{
    private const string Version = "1.0";
    private const string Mixed = "mixed";

    // A dataset whose keys are data (an id each) would grow a schema as large as itself.
    private const int MostFields = 1000;

    private static readonly string[] Parts = ["inputs", "outputs", "expectations"];

    private readonly Dictionary<string, SortedDictionary<string, string>> _fields = Parts.ToDictionary(part => part, _ => new SortedDictionary<string, string>(StringComparer.Ordinal));

    /// <summary>The schema that <see cref="ToString"/> wrote; an empty one for null.</summary>
    public static RecordSchema Parse(string? json)
    {
        var schema = new RecordSchema();
        if (json is not null)
        {
            var stored = JsonElement.Parse(json);
            foreach (var part in Parts)
            {
                foreach (var field in stored.GetProperty(part).EnumerateObject())
                {
                    schema._fields[part][field.Name] = field.Value.GetString()!;
                }
            }
        }

        return schema;
    }

    public void Add(EvaluationRecord record)
    {
        Add(_fields["inputs"], record.Inputs);
        Add(_fields["outputs"], record.Outputs);
        Add(_fields["expectations"], record.Expectations);
    }

    public override string ToString() => MlflowJson.TextOf(json =>
    {
        foreach (var part in Parts)
        {
            json.WriteStartObject(part);
            foreach (var (name, type) in _fields[part])
            {
                json.WriteString(name, type);
            }

            json.WriteEndObject();
        }

        json.WriteString("version", Version);
    });

    private static void Add(SortedDictionary<string, string> fields, string? json)
    {
        // Outputs may be any value; only an object has fields.
        if (json is null || JsonElement.Parse(json) is not { ValueKind: JsonValueKind.Object } values)
        {
            return;
        }

        foreach (var member in values.EnumerateObject())
        {
            var type = TypeOf(member.Value);
            if (fields.TryGetValue(member.Name, out var known))
            {
                fields[member.Name] = known == type ? type : Mixed;
            }
            else if (fields.Count < MostFields)
            {
                fields[member.Name] = type;
            }
        }
    }

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => "string",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => value.GetRawText().AsSpan().ContainsAny('.', 'e', 'E') ? "float" : "integer",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "null",
    };
}
