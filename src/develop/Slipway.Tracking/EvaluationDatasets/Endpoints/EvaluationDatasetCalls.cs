using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.EvaluationDatasets.Endpoints;

/// <summary>What the routes of evaluation datasets share.</summary>
internal static class EvaluationDatasetCalls
{
    public const string Path = "3.0/mlflow/datasets";
    public const string One = $"{Path}/{{dataset_id}}";

    /// <summary>The dataset's id, which the address names. Some clients leave the place for it in the address as it is, and say it in the body.</summary>
    public static string DatasetId(this MlflowCall call) => call.InPath("dataset_id") is var id && id == "{dataset_id}" ? call.Fields.RequiredText("dataset_id") : id;

    /// <summary>Changes a dataset.</summary>
    public static Task<T> ChangeDatasetAsync<T>(this MlflowCall call, Func<WriteTransaction, EvaluationDataset, Task<T>> change)
    {
        var id = call.DatasetId();
        return call.ChangeAsync(id, async transaction => await change(transaction, await EvaluationDatasetStore.GetAsync(transaction, id)));
    }

    /// <summary>Changes a dataset, where there is nothing to say about it.</summary>
    public static Task ChangeDatasetAsync(this MlflowCall call, Func<WriteTransaction, EvaluationDataset, Task> change) => call.ChangeDatasetAsync(async (transaction, dataset) =>
    {
        await change(transaction, dataset);
        return 0;
    });

    /// <summary>The tags that stand in a text; null when it is absent.</summary>
    public static IReadOnlyList<Tag>? DatasetTags(this MlflowFields fields)
    {
        if (fields.TextMapInText("tags") is not { } map)
        {
            return null;
        }

        Limits.CheckBatch("tags", map.Count, EvaluationLimits.Tags);
        foreach (var (key, value) in map)
        {
            MlflowLimits.Check("a key of tags", key, EvaluationLimits.TagKey);
            MlflowLimits.Check($"tags[{key}]", value, EvaluationLimits.TagValue);
        }

        return [.. map.Select(pair => new Tag(pair.Key, pair.Value))];
    }

    /// <summary>The list <c>experiment_ids</c>.</summary>
    public static IReadOnlyList<string> DatasetExperiments(this MlflowFields fields)
    {
        var experiments = fields.Texts("experiment_ids");
        Limits.CheckBatch("experiment_ids", experiments.Count, EvaluationLimits.Experiments);
        return experiments;
    }

    public static async Task AnswerDatasetAsync(this MlflowCall call, EvaluationDatasetReader reader, string id)
    {
        var dataset = await reader.GetAsync(id, call.Cancellation);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("dataset");
            dataset.Write(json);
            json.WriteEndObject();
        });
    }
}
