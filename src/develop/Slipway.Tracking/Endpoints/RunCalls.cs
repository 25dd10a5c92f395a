using System.Globalization;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Endpoints;

/// <summary>What the routes of runs share.</summary>
internal static class RunCalls
{
    /// <summary>The run's id, under either of its names.</summary>
    public static string RunId(this MlflowFields fields) => fields.Text("run_id") is { Length: > 0 } id ? id : fields.Text("run_uuid") is { Length: > 0 } old ? old : throw fields.Missing("run_id");

    /// <summary>Changes an active run, and answers that it is done.</summary>
    public static async Task ChangeRunAsync(this MlflowCall call, Func<WriteTransaction, Run, Task> change)
    {
        var runId = call.Fields.RunId();
        await call.ChangeAsync(runId, async transaction =>
        {
            await change(transaction, await RunStore.GetActiveAsync(transaction, runId));
            return runId;
        });
        await call.AnswerAsync();
    }

    public static Tag Tag(this MlflowFields fields) => new(fields.RequiredKey(), fields.Limited("value", Limits.TagValue));

    public static Tag Parameter(this MlflowFields fields) => new(fields.RequiredKey(), fields.Limited("value", Limits.ParameterValue));

    public static IReadOnlyList<Tag> Tags(this MlflowFields fields) => [.. fields.Messages("tags").Select(Tag)];

    public static MetricPoint Metric(this MlflowFields fields)
    {
        var timestamp = fields.RequiredInteger("timestamp");
        if (timestamp < 0)
        {
            throw fields.Invalid("timestamp", timestamp.ToString(CultureInfo.InvariantCulture), "It is milliseconds since 1970 and not negative.");
        }

        var (model, dataset, digest) = (fields.Limited("model_id", Limits.Key), fields.Limited("dataset_name", Limits.DatasetName), fields.Limited("dataset_digest", Limits.Key));
        var link = model.Length + dataset.Length + digest.Length == 0 ? null : new MetricLink(Given(model), Given(dataset), Given(digest));
        return new MetricPoint(fields.RequiredKey(), fields.RequiredNumber("value"), timestamp, fields.Integer("step") ?? 0, link);

        static string? Given(string text) => text.Length > 0 ? text : null;
    }

    /// <summary>Which of the active and the deleted are asked for; the active where nothing is said.</summary>
    public static ViewType View(this MlflowFields fields, string name) => fields.Choice<LifecycleView>(name) switch
    {
        LifecycleView.DeletedOnly => ViewType.Deleted,
        LifecycleView.All => ViewType.All,
        _ => ViewType.Active,
    };
}
