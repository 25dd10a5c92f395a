using Slipway.Storage;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.LoggedModels;

/// <summary>Metrics that runs measured of logged models: the newest value of each for each run and dataset.</summary>
internal static class LoggedModelMetrics
{
    private static readonly Statement FindModel = new("select id, experiment from logged_models where model_id = @model_id");

    // The newest by time and then step, as MLflow orders a model's metrics: a model is measured again, where a run goes on.
    private static readonly Statement Upsert = new("""
        insert into logged_model_metrics (model, key, run, dataset_name, dataset_digest, experiment, value, is_nan, step, timestamp)
        values (@model, @key, @run, @dataset_name, @dataset_digest, @experiment, @value, @is_nan, @step, @timestamp)
        on conflict (model, key, run, dataset_name, dataset_digest) do update
            set value = excluded.value, is_nan = excluded.is_nan, step = excluded.step, timestamp = excluded.timestamp
            where (excluded.timestamp, excluded.step, excluded.value, excluded.is_nan)
                > (logged_model_metrics.timestamp, logged_model_metrics.step, logged_model_metrics.value, logged_model_metrics.is_nan)
        """);

    /// <summary>Links points that name a model to it. A model may be of another server or the registry: then the point alone keeps the name.</summary>
    public static async Task AddAsync(WriteTransaction transaction, Run run, IReadOnlyList<MetricPoint> points)
    {
        foreach (var measured in points.Where(point => point.Link?.ModelId is not null).GroupBy(point => point.Link!.ModelId!, StringComparer.Ordinal))
        {
            if (await transaction.QueryAsync(FindModel, reader => (Id: reader.GetInt64(0), Experiment: reader.GetInt64(1)), measured.Key) is not [var model])
            {
                continue;
            }

            foreach (var point in measured)
            {
                await transaction.ExecuteAsync(
                    Upsert,
                    model.Id, point.Key, run.Id, point.Link!.DatasetName ?? "", point.Link.DatasetDigest ?? "", model.Experiment,
                    point.Stored, point.IsNaN ? 1L : 0L, point.Step, point.Timestamp);
            }
        }
    }
}
