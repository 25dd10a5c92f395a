using System.Globalization;
using System.Text.Json;
using Dapper;
using Slipway.Core;
using Slipway.Storage;
using Slipway.Tracking.Recording;

namespace Slipway.Training;

/// <summary>Reads and writes the <c>trials</c> table, and records each trial as a run of tracking, a child of its training's.</summary>
internal sealed class TrialStore(Database database, IRunRecorder recorder) : ITrials
{
    /// <inheritdoc/>
    public async Task RecordAsync(Trial trial, CancellationToken cancellationToken)
    {
        const string Sql = """
            insert into trials (run_id, model, number, parameters, metric, score, seconds, finished_at, tracked_run)
            values (@RunId, @Model, @Number, @Parameters, @Metric, @Score, @Seconds, @FinishedAt, @TrackedRun)
            on conflict (run_id, number) do nothing
            """;

        var parameters = new
        {
            trial.RunId,
            trial.Model,
            trial.Number,
            Parameters = JsonSerializer.Serialize(trial.Parameters, SlipwayJson.Options),
            trial.Metric,
            trial.Score,
            trial.Seconds,
            FinishedAt = StoredTime.Format(trial.FinishedAt),
            TrackedRun = Guid.CreateVersion7(trial.FinishedAt).ToString("N"),
        };
        await database.WriteAsync(
            async transaction =>
            {
                // The trial and its run are there together, and once: the key of the trial decides.
                var added = await transaction.ExecuteAsync(Sql, parameters);
                if (added > 0)
                {
                    await RecordRunAsync(transaction, trial, parameters.TrackedRun);
                }

                return added;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Trial>> ListAsync(string runId, CancellationToken cancellationToken)
    {
        const string Sql = """
            select run_id as RunId, model as Model, number as Number, parameters as Parameters, metric as Metric, score as Score, seconds as Seconds, finished_at as FinishedAt
            from trials where run_id = @runId order by number
            """;

        return ReadAsync(Sql, new { runId }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Trial>> ListLatestAsync(string model, CancellationToken cancellationToken)
    {
        // The latest run is the one that a trial was recorded for last.
        const string Sql = """
            select run_id as RunId, model as Model, number as Number, parameters as Parameters, metric as Metric, score as Score, seconds as Seconds, finished_at as FinishedAt
            from trials
            where run_id = (select run_id from trials where model = @model order by finished_at desc, run_id desc limit 1)
            order by number
            """;

        return ReadAsync(Sql, new { model }, cancellationToken);
    }

    private async Task RecordRunAsync(WriteTransaction transaction, Trial trial, string runId)
    {
        var values = new RecordedValues
        {
            Parameters = trial.Parameters,
            Metrics = trial.Score is { } score ? new Dictionary<string, double> { [trial.Metric] = score } : new Dictionary<string, double>(),
            Tags = new Dictionary<string, string> { ["slipway.trial"] = trial.Number.ToString(CultureInfo.InvariantCulture), ["mlflow.source.name"] = "slipway", ["mlflow.source.type"] = "JOB" },
        };
        var name = string.Create(CultureInfo.InvariantCulture, $"trial-{trial.Number}");
        var started = trial.FinishedAt - TimeSpan.FromSeconds(Math.Max(0, trial.Seconds));
        await recorder.BeginAsync(transaction, new RecordedRun(runId, trial.Model, name, "slipway", started) { Parent = trial.RunId, Values = values });
        await recorder.EndAsync(transaction, runId, trial.Score is null ? RecordedEnd.Failed : RecordedEnd.Finished, trial.FinishedAt);
    }

    private Task<IReadOnlyList<Trial>> ReadAsync(string sql, object parameters, CancellationToken cancellationToken) => database.ReadAsync(
        async connection =>
        {
            var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
            return (IReadOnlyList<Trial>)[.. rows.Select(r => r.ToTrial())];
        },
        cancellationToken);

    private sealed class Row
    {
        public string RunId { get; init; } = "";

        public string Model { get; init; } = "";

        public long Number { get; init; }

        public string Parameters { get; init; } = "";

        public string Metric { get; init; } = "";

        public double? Score { get; init; }

        public double Seconds { get; init; }

        public string FinishedAt { get; init; } = "";

        public Trial ToTrial() => new(
            RunId,
            Model,
            int.CreateChecked(Number),
            JsonSerializer.Deserialize<Dictionary<string, string>>(Parameters, SlipwayJson.Options)!,
            Metric,
            Score,
            Seconds,
            StoredTime.Parse(FinishedAt));
    }
}
