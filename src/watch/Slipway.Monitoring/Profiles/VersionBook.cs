using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Monitoring.Watching;
using Slipway.Registry;
using Slipway.Statistics.Drift;
using Slipway.Storage;

namespace Slipway.Monitoring.Profiles;

/// <summary>The versions of one deployment with their baselines, each built when its first row comes.</summary>
internal sealed partial class VersionBook(IModelRegistry registry, BaselineBuilder builder, BaselineStore store, ILogger<VersionBook> logger)
{
    private readonly Dictionary<VersionReference, WatchedVersion> _versions = [];

    /// <summary>A version that is known, or null.</summary>
    public WatchedVersion? Find(VersionReference version) => _versions.GetValueOrDefault(version);

    /// <summary>A version that is known, or null.</summary>
    public WatchedVersion? Find(string version) => VersionReference.TryParse(version, null, out var reference) ? Find(reference) : null;

    /// <summary>The version; its baseline is read, or built from its training data.</summary>
    public async Task<WatchedVersion> GetAsync(VersionReference reference, WatchPlan plan, CancellationToken cancellationToken)
    {
        if (_versions.TryGetValue(reference, out var known))
        {
            return known;
        }

        var version = await registry.FindAsync(reference, cancellationToken);
        var baseline = await store.FindAsync(reference, cancellationToken);
        if (version is not null && (baseline is null || (baseline.WindowStart is null && baseline.FirstRows is null && !baseline.SegmentNames.SequenceEqual(plan.Segments))))
        {
            baseline = await BuildAsync(version, plan, cancellationToken);
        }

        var task = baseline?.Task ?? (version is null ? default : VersionTask.Of(version, dataset: null, plan.Project));
        var watched = new WatchedVersion(reference.ToString(), version?.Signature ?? new ModelSignature([], [], Tabular: false), task);
        if (baseline is null or { FirstRows: not null })
        {
            watched.FirstRows = baseline?.FirstRows is { } rows ? FirstRows.Restore(rows) : new FirstRows();
        }
        else
        {
            watched.Baseline = baseline;
        }

        return _versions[reference] = watched;
    }

    /// <summary>Makes bins of the first rows of a version without training data, once there are enough of them.</summary>
    public static void MakeBins(WatchPlan plan, WatchedVersion version)
    {
        if (version.FirstRows is { Count: >= FirstRows.Most } rows)
        {
            Begin(plan, version, rows, plan.Grid.EndAfter(rows.Newest));
        }
        else if (version.FirstRows is not null)
        {
            version.Changed = true;
        }
    }

    /// <summary>The same for all versions whose first window is over, however few rows it has.</summary>
    public void MakeBins(WatchPlan plan, long end)
    {
        foreach (var version in _versions.Values)
        {
            if (version.FirstRows is { Count: > 0 } rows && rows.Since + plan.Grid.Window.Ticks <= end)
            {
                Begin(plan, version, rows, end);
            }
        }
    }

    /// <summary>
    /// The first full window of a version without training data is its baseline: its counts when it ends, and its quality from the first window after that with labels enough. (Labels are late.)
    /// </summary>
    public static void CloseFirstWindow(WatchedVersion version, long end, ProfileBook book, WatchPlan plan)
    {
        if (version.Baseline is not { WindowStart: { } start } baseline || end < start + plan.Grid.Window.Ticks)
        {
            return;
        }

        if (baseline.OpenUntil is { } until && until <= end)
        {
            var sums = book.Series.Where(s => s.Key.Version == version.Name && s.Key.Role == DeploymentWatcher.Stable).Select(s => (s.Key.Segment, Sum: s.Value.Sum(start, until))).ToList();
            baseline = version.Baseline = baseline with
            {
                OpenUntil = null,
                Columns = [.. baseline.Columns.Select(column => column with { Counts = CountsOf(column, sums) })],
            };
            version.Changed = true;
        }

        if (baseline.Metrics.Count == 0 && baseline.OpenUntil is null)
        {
            var window = book.Find(version.Name, DeploymentWatcher.Stable, "")!.Sum(end - plan.Grid.Window.Ticks, end);
            var metric = plan.Judge.MetricOf(version);
            if (window.Losses.TryGetValue(QualityJudge.LossOf(metric)!, out var losses) && losses.Count >= QualityJudge.FewestLabels)
            {
                version.Baseline = baseline with { Metrics = new Dictionary<string, double> { [metric] = QualityJudge.ValueOf(metric, losses.Mean!.Value) } };
                version.Changed = true;
            }
        }
    }

    /// <summary>Writes the baselines that are made of traffic.</summary>
    public async Task SaveAsync(WriteTransaction transaction)
    {
        foreach (var version in _versions.Values.Where(version => version.Changed))
        {
            var baseline = version.FirstRows is { } rows
                ? rows.ToBaseline(version.Task, [], 0, 0) with { Columns = [], FirstRows = rows.Save(), WindowStart = null, OpenUntil = null }
                : version.Baseline!;
            await BaselineStore.SaveAsync(transaction, version.Name, baseline);
        }
    }

    /// <summary>The save committed.</summary>
    public void Saved()
    {
        foreach (var version in _versions.Values)
        {
            version.Changed = false;
        }
    }

    private static void Begin(WatchPlan plan, WatchedVersion version, FirstRows rows, long start)
    {
        version.Baseline = rows.ToBaseline(version.Task, plan.Segments, start, start + plan.Grid.Window.Ticks);
        version.FirstRows = null;
        version.Changed = true;
    }

    private static Dictionary<string, ColumnCountsData> CountsOf(BaselineColumn column, List<(string Segment, WindowProfile Sum)> sums) => sums
        .Where(s => s.Sum.Columns.ContainsKey(column.Name))
        .ToDictionary(s => s.Segment, s => s.Sum.Columns[column.Name].ToData());

    private async Task<Baseline?> BuildAsync(ModelVersion version, WatchPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            var baseline = await builder.BuildAsync(version, plan.Project, plan.Segments, cancellationToken);
            if (baseline is not null)
            {
                await store.SaveAsync(version.Reference, baseline, cancellationToken);
            }

            return baseline;
        }
        catch (Exception e) when (e is not (OperationCanceledException or SlipwayException { Kind: ErrorKind.Unavailable }))
        {
            // What will not be better the next second must not hold up everybody else's verdicts.
            LogNoBaseline(version.Reference.ToString(), e.Message);
            return null;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The training data of {Version} cannot be read, so its first full window of traffic becomes its baseline: {Reason}")]
    private partial void LogNoBaseline(string version, string reason);
}
