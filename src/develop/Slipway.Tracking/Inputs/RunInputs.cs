using System.Text.Json;
using Slipway.Mlflow;

namespace Slipway.Tracking.Inputs;

/// <summary>What a run used and made. Of datasets only their numbers: what they say may be long, and is read while it is written.</summary>
internal sealed class RunInputs
{
    public List<DatasetUse> Datasets { get; } = [];

    public List<string> Models { get; } = [];

    public List<ModelOutput> Outputs { get; } = [];

    /// <summary>Writes the members <c>inputs</c> and <c>outputs</c> of MLflow's <c>Run</c>.</summary>
    public async Task WriteAsync(MlflowCall call, Utf8JsonWriter json, DatasetPool datasets)
    {
        json.WriteStartObject("inputs");
        if (Datasets.Count > 0)
        {
            json.WriteStartArray("dataset_inputs");
            foreach (var use in Datasets)
            {
                await WriteAsync(call, json, datasets, use);
            }

            json.WriteEndArray();
        }

        json.WriteList("model_inputs", Models, (_, model) => json.WriteString("model_id", model));
        json.WriteEndObject();
        if (Outputs.Count > 0)
        {
            json.WriteStartObject("outputs");
            json.WriteList("model_outputs", Outputs, ModelOutput.Write);
            json.WriteEndObject();
        }
    }

    private static async Task WriteAsync(MlflowCall call, Utf8JsonWriter json, DatasetPool datasets, DatasetUse use)
    {
        // One that was purged meanwhile is not there.
        if (await datasets.NextAsync(call.Cancellation) is not { } dataset)
        {
            return;
        }

        json.WriteStartObject();
        json.WriteList("tags", use.Tags, Tag.Write);
        dataset.Write(json);
        json.WriteEndObject();
        if (datasets.IsDue(use.Size))
        {
            await call.FlushAsync(json);
        }
    }
}

/// <summary>A dataset that a run used.</summary>
/// <param name="Dataset">The dataset's number.</param>
/// <param name="Size">How many characters it has that may be many.</param>
/// <param name="Tags">How it was used.</param>
internal sealed record DatasetUse(long Dataset, long Size, List<Tag> Tags);

/// <summary>A model that a run made.</summary>
/// <param name="Model">The id that clients know it by.</param>
/// <param name="Step">When.</param>
internal readonly record struct ModelOutput(string Model, long Step)
{
    public static void Write(Utf8JsonWriter json, ModelOutput output)
    {
        json.WriteString("model_id", output.Model);
        json.WriteNumber("step", output.Step);
    }
}
