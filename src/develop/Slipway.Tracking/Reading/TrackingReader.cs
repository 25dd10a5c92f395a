using System.Data.Common;
using System.Globalization;
using Dapper;
using Slipway.Core.Errors;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Metrics;
using Slipway.Tracking.Runs;

namespace Slipway.Tracking.Reading;

/// <summary>Answers <see cref="ITrackingReader"/> with what the module reads for clients.</summary>
internal sealed class TrackingReader(Database database, ExperimentStore experiments, RunReader runs, RunArtifacts folders, ArtifactTable artifacts, IEnumerable<IModelRegistrations> registrations)
    : ITrackingReader
{
    private readonly ExperimentTable _experiments = new(database, experiments);
    private readonly RunTable _runs = new(database);
    private readonly UsesTable _uses = new(database, registrations);

    public Task<ExperimentPage> ListExperimentsAsync(ExperimentSearch search, CancellationToken cancellationToken) => _experiments.ListAsync(search, cancellationToken);

    public Task<ExperimentSummary?> FindExperimentAsync(string id, CancellationToken cancellationToken) => _experiments.FindAsync(id, cancellationToken);

    public Task<RunPage> SearchRunsAsync(RunSearch search, CancellationToken cancellationToken) =>
        _runs.SearchAsync(ExperimentStore.NumberOf(search.ExperimentId), search, cancellationToken);

    public Task<RunKeys> ListKeysAsync(string experimentId, CancellationToken cancellationToken) => _runs.ListKeysAsync(ExperimentStore.NumberOf(experimentId), cancellationToken);

    public async Task<RunDetails?> FindRunAsync(string runId, CancellationToken cancellationToken)
    {
        if (await GetAsync(runId, cancellationToken) is not { } run
            || await FindExperimentAsync(run.Experiment.ToString(CultureInfo.InvariantCulture), cancellationToken) is not { } experiment)
        {
            return null;
        }

        var found = await database.ReadAsync(
            async connection =>
            {
                var parameters = await PairsAsync(connection, "run_params", run.Id);
                var tags = await PairsAsync(connection, "run_tags", run.Id);
                var metrics = await MetricsAsync(connection, run.Id);
                var (children, more) = await RunTable.ChildrenAsync(connection, run, cancellationToken);
                return new RunDetails
                {
                    Run = RunTable.Summary(run, tags.Find(tag => tag.Key == RunTable.Parent).Value),
                    ExperimentName = experiment.Name,
                    Parameters = [.. parameters.Take(RunDetails.MostValues)],
                    Tags = [.. tags.Take(RunDetails.MostValues)],
                    Metrics = [.. metrics.Take(RunDetails.MostValues)],
                    HasMore = parameters.Count > RunDetails.MostValues || tags.Count > RunDetails.MostValues || metrics.Count > RunDetails.MostValues,
                    Children = children,
                    HasMoreChildren = more,
                };
            },
            cancellationToken);
        found = found with { Uses = await _uses.ReadAsync(run.Id, cancellationToken) };
        return found.Run.ParentId is { } parent && await GetAsync(parent, cancellationToken) is { } above ? found with { Parent = RunTable.Summary(above, null) } : found;
    }

    public async Task<MetricCurve> ReadCurveAsync(string runId, string key, int most, CancellationToken cancellationToken)
    {
        if (await GetAsync(runId, cancellationToken) is not { } run)
        {
            return new MetricCurve([], IsThinned: false);
        }

        return await database.ReadAsync(
            async connection =>
            {
                var history = await MetricHistory.OpenAsync(connection, run.Id, key);
                var points = await history.ReadAsync(MetricHistory.Before(long.MinValue), long.MaxValue, most + 1);
                return points.Count <= most
                    ? new MetricCurve([.. points.Select(BlockPoint.Of).Select(Value)], IsThinned: false)
                    : new MetricCurve([.. (await ThinAsync(history, BlockPoint.Of(points[0]), most)).Select(Value)], IsThinned: true);
            },
            cancellationToken);

        MetricValue Value(BlockPoint point) => new(key, point.Value, point.Step, Moment.Of(point.Timestamp));
    }

    public async Task<ArtifactFolder> ListArtifactsAsync(string runId, string folder, int most, CancellationToken cancellationToken)
    {
        var (_, root) = await folders.GetAsync(runId, cancellationToken);
        var path = ArtifactPath.OfFolder(folder);
        var lines = new List<ArtifactLine>();
        await foreach (var entry in artifacts.ListAsync(ArtifactPath.Join(root, path), cancellationToken))
        {
            if (lines.Count == most)
            {
                return new ArtifactFolder(path, lines, HasMore: true);
            }

            lines.Add(new ArtifactLine(root.Length == 0 ? entry.Path : entry.Path[(root.Length + 1)..], entry.Size));
        }

        return new ArtifactFolder(path, lines, HasMore: false);
    }

    private static async Task<IReadOnlyList<BlockPoint>> ThinAsync(MetricHistory history, BlockPoint first, int most)
    {
        var last = BlockPoint.Of((await history.LastAsync())!.Value);

        // Two values a part beside the first and the last, or three where many are NaN.
        List<BlockPoint> points = [];
        foreach (var values in new[] { 2, 3 })
        {
            var plot = await MetricPlot.ReadAsync(history, Math.Max((most - 2) / values, 1));
            points = [.. plot.Parts.SelectMany(part => new[] { part.Low, part.High, part.NaN }).OfType<BlockPoint>().Append(first).Append(last).Distinct().OrderBy(p => p.Step).ThenBy(p => p.Timestamp).ThenBy(p => p.Value)];
            if (points.Count <= most)
            {
                break;
            }
        }

        return points;
    }

    private static async Task<List<KeyValuePair<string, string>>> PairsAsync(DbConnection connection, string table, long run) =>
    [
        .. (await connection.QueryAsync<(string Key, string Value)>($"select key, value from {table} where run = @run order by key limit {RunDetails.MostValues + 1}", new { run }))
            .Select(row => KeyValuePair.Create(row.Key, row.Value)),
    ];

    private static async Task<List<MetricValue>> MetricsAsync(DbConnection connection, long run)
    {
        const string Sql = "select key, value, is_nan, step, timestamp from run_metrics where run = @run order by key limit @limit";

        var rows = await connection.QueryAsync<(string Key, double Value, long IsNaN, long Step, long Timestamp)>(Sql, new { run, limit = RunDetails.MostValues + 1 });
        return [.. rows.Select(row => new MetricValue(row.Key, row.IsNaN == 1 ? double.NaN : row.Value, row.Step, Moment.Of(row.Timestamp)))];
    }

    private async Task<Run?> GetAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return await runs.GetAsync(runId, cancellationToken);
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }
}
