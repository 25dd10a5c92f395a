using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Predictions;
using Slipway.Monitoring.Profiles;
using Slipway.Registry;
using Slipway.Rollouts;
using Slipway.Statistics.Quality;
using Slipway.Storage.Blobs;
using Slipway.Validation;

namespace Slipway.Monitoring.Diff;

/// <inheritdoc cref="IVersionDiffs"/>
internal sealed class VersionDiffs(
    IModelRegistry registry, IDatasets datasets, IArtifactStore artifacts, IDeployments deployments, IPredictionLog log, IPredictionHistory history, TimeProvider time, IMonitoredProjects? projects = null)
    : IVersionDiffs, IDisposable
{
    private const int MostWaiting = 4;
    private const int MostDeployments = 5;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    // Two models beyond those that are deployed may be large, so there is one comparison at most.
    private readonly SemaphoreSlim _one = new(1);
    private readonly DataComparison _data = new(datasets);
    private readonly RowsChoice _rows = new(datasets);
    private int _waiting;

    public async Task<VersionDiff> CompareAsync(VersionReference a, VersionReference b, CancellationToken cancellationToken)
    {
        if (a == b)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, $"{a} cannot be compared with itself. Name two versions.");
        }

        var (first, second) = (await registry.GetAsync(a, cancellationToken), await registry.GetAsync(b, cancellationToken));
        if (Interlocked.Increment(ref _waiting) > MostWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            throw new SlipwayException(ErrorKind.Unavailable, $"{MostWaiting} comparisons wait for their turn already. Try again in a moment.") { RetryAfter = TimeSpan.FromSeconds(10) };
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var entered = false;
        try
        {
            await _one.WaitAsync(either.Token);
            entered = true;
            return await CompareAsync(first, second, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new SlipwayException(ErrorKind.Timeout, $"{a} and {b} could not be compared within {Limit.TotalMinutes:0} minutes.");
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
            if (entered)
            {
                _one.Release();
            }
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<VersionDiff> CompareAsync(ModelVersion a, ModelVersion b, CancellationToken cancellationToken)
    {
        var signature = SignatureComparison.Between(a.Signature, b.Signature);
        var recorded = await RecordedAsync(a, cancellationToken);
        return new VersionDiff
        {
            A = await TellAsync(a, cancellationToken),
            B = await TellAsync(b, cancellationToken),
            Signature = new SignatureDiff(signature.Breaking, signature.Compatible),
            Data = await _data.CompareAsync(a, b, cancellationToken),
            Recipe = Recipe(a, b),
            Registered = MetricComparison.Of(a.Metrics, b.Metrics),
            SameRows = await SameRowsAsync(a, b, recorded, cancellationToken),
            Callers = CallerCheck.Check(a, b, recorded),
        };
    }

    private async Task<DiffedVersion> TellAsync(ModelVersion version, CancellationToken cancellationToken)
    {
        long? bytes = null;
        try
        {
            bytes = (await artifacts.GetAsync(version.ArtifactDigest, cancellationToken)).Size;
        }
        catch (SlipwayException e) when (e.Kind == ErrorKind.NotFound)
        {
            // Retention may have deleted it; what is on record is compared all the same.
        }

        return new DiffedVersion(version.Model, version.Version, version.State, version.CreatedAt, version.Format, version.ArtifactDigest, version.Lineage.Commit, bytes);
    }

    private static List<ValueDiff> Recipe(ModelVersion a, ModelVersion b) =>
    [
        .. a.Lineage.Recipe.Keys.Union(b.Lineage.Recipe.Keys).Order(StringComparer.Ordinal)
            .Select(key => new ValueDiff(key, a.Lineage.Recipe.GetValueOrDefault(key), b.Lineage.Recipe.GetValueOrDefault(key)))
            .Where(value => value.A != value.B),
    ];

    private async Task<IReadOnlyList<LoggedRow>> RecordedAsync(ModelVersion a, CancellationToken cancellationToken)
    {
        try
        {
            await log.DrainAsync(cancellationToken).WaitAsync(DrainPatience, time, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // What is not written yet is not looked at.
        }

        var rows = new List<LoggedRow>();
        var there = (await deployments.ListAsync(cancellationToken)).Where(state => Has(state, a.Model)).OrderByDescending(state => state.Stable.Reference == a.Reference).Take(MostDeployments);
        foreach (var state in there)
        {
            foreach (var batch in await history.ReadNewestAsync(state.Name, a.Reference, IVersionDiffs.MaxRequests, cancellationToken))
            {
                rows.AddRange(Enumerable.Range(0, batch.Rows).Select(row => new LoggedRow(batch, row)));
            }
        }

        return rows;
    }

    private static bool Has(DeploymentState state, string model) =>
        state.Stable.Reference.Model == model || state.Candidate?.Version.Reference.Model == model || state.Previous?.Reference.Model == model;

    private async Task<SameRowsDiff> SameRowsAsync(ModelVersion a, ModelVersion b, IReadOnlyList<LoggedRow> recorded, CancellationToken cancellationToken)
    {
        var (rows, reason) = await _rows.ChooseAsync(a, b, recorded, cancellationToken);
        if (rows is null)
        {
            return None(reason);
        }

        try
        {
            using var first = ModelLoader.Load(await artifacts.GetFolderAsync(a.ArtifactDigest, cancellationToken), new ModelLoadOptions());
            using var second = ModelLoader.Load(await artifacts.GetFolderAsync(b.ArtifactDigest, cancellationToken), new ModelLoadOptions());
            var data = (rows as SnapshotComparedRows) is null ? null : await FindDataAsync(a, b, cancellationToken);
            var project = projects is null ? null : (await projects.ListAsync(cancellationToken)).FirstOrDefault(config => config.Model == b.Model);
            var task = VersionTask.Of(b, data, project);
            IReadOnlyList<string> segments = [.. project?.Data?.Segments ?? [], .. project?.Deploy?.Segments ?? []];

            // Scoring keeps a core busy for seconds: not the caller's thread.
            return await Task.Run(() => Score(first, second, rows, task, segments, cancellationToken), cancellationToken);
        }
        catch (SlipwayException e)
        {
            return None($"Both could not be asked for the same rows: {e.Message}");
        }
    }

    private async Task<DatasetVersion?> FindDataAsync(ModelVersion a, ModelVersion b, CancellationToken cancellationToken)
    {
        foreach (var version in new[] { b, a })
        {
            if (version.Lineage is { Dataset: { } name, DatasetDigest: { } digest } && await datasets.FindAsync(name, digest, cancellationToken) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private SameRowsDiff Score(IModel a, IModel b, ComparedRows rows, LearningTask task, IReadOnlyList<string> segments, CancellationToken cancellationToken)
    {
        var (scoredA, scoredB) = (Predict(a, rows, task, cancellationToken), Predict(b, rows, task, cancellationToken));
        var (metrics, bySegment) = Judge(a, b, rows, task, segments, cancellationToken);
        return new SameRowsDiff(
            rows.Count, rows.Source, metrics, bySegment, PredictionComparison.Of(rows, task, scoredA, scoredB), SpeedMeasure.Measure(a, b, rows, time, cancellationToken));
    }

    private static Scored Predict(IModel model, ComparedRows rows, LearningTask task, CancellationToken cancellationToken)
    {
        var (scores, width) = ModelScorer.Predict(model, task, rows.Count, rows.FeedOf(model.Signature), cancellationToken);
        return new Scored(model.Signature, scores, width);
    }

    private static (IReadOnlyList<MetricDiff> Metrics, IReadOnlyList<SegmentDiff> Segments) Judge(
        IModel a, IModel b, ComparedRows rows, LearningTask task, IReadOnlyList<string> segments, CancellationToken cancellationToken)
    {
        if (rows is not SnapshotComparedRows { Label: { } label, Rows: var table } || table.Columns.All(column => column.Name != label))
        {
            return ([], []);
        }

        ScoredRows before, after;
        try
        {
            before = ModelScorer.Score(a, task, label, table, cancellationToken);
            after = ModelScorer.Score(b, task, label, table, cancellationToken);
        }
        catch (SlipwayException)
        {
            // One of them does not know a label: its predictions are compared, and have no truth in common.
            return ([], []);
        }

        var ofA = SegmentRows.Measure(before, table, segments);
        var ofB = SegmentRows.Measure(after, table, segments);
        return (
            MetricComparison.Of(QualityMetrics.ComputeAll(before), QualityMetrics.ComputeAll(after)),
            [.. ofA.Zip(ofB, (x, y) => new SegmentDiff(x.Segment, x.Rows, MetricComparison.Of(x.Metrics, y.Metrics)))]);
    }

    private static SameRowsDiff None(string reason) => new(0, reason, [], [], null, null);
}
