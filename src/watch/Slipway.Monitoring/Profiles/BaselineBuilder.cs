using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Datasets;
using Slipway.Inference;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Watching;
using Slipway.Registry;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;
using Slipway.Storage.Blobs;
using Slipway.Validation;

namespace Slipway.Monitoring.Profiles;

/// <summary>Counts the rows that a version was trained on, and scores them with it, as its traffic will be counted.</summary>
internal sealed partial class BaselineBuilder(IDatasets datasets, IArtifactStore artifacts, ILogger<BaselineBuilder> logger)
{
    /// <summary>The baseline of a version's data; null for a version whose data is not known.</summary>
    public async Task<Baseline?> BuildAsync(ModelVersion version, ProjectConfig? project, IReadOnlyList<string> segmentNames, CancellationToken cancellationToken)
    {
        if (version.Lineage is not { Dataset: { } name, DatasetDigest: { } digest } || await datasets.FindAsync(name, digest, cancellationToken) is not { } dataset)
        {
            return null;
        }

        var task = VersionTask.Of(version, dataset, project);
        var rows = SnapshotRows.Choose(await datasets.ReadAsync(dataset, Needed(version, dataset, segmentNames), cancellationToken));
        rows = dataset.Label is { } label && rows.Columns.Any(column => column.Name == label) ? SnapshotRows.Labelled(rows, label) : rows;
        var (scored, note) = await ScoreAsync(version, task, dataset.Label, rows, cancellationToken);
        return Count(version, task, dataset.Label, rows, scored, segmentNames) with { Note = note };
    }

    private static Baseline Count(ModelVersion version, LearningTask task, string? label, Table rows, ScoredRows? scored, IReadOnlyList<string> segmentNames)
    {
        var signature = version.Signature;
        var columns = SnapshotRows.Inputs(signature, rows).Select(column => (Column: column, Source: ColumnSource.Input)).ToList();
        if (scored is not null)
        {
            columns.Add((PredictionOutput.Of(scored, signature.Labels), ColumnSource.Prediction));
            columns.Add((LabelOf(label!, scored, signature.Labels), ColumnSource.Label));
        }

        // A name is a column once: whoever has an input called "prediction" has drift of that input, and none of the answers.
        var segments = SegmentsOf(signature, rows, segmentNames);
        return new Baseline
        {
            Task = task,
            SegmentNames = segmentNames,
            Columns = [.. columns.DistinctBy(c => c.Column.Name).Select(c => Count(c.Column, c.Source, rows.Rows, segments)).OfType<BaselineColumn>()],
            Metrics = version.Metrics,
            Losses = scored is null ? new Dictionary<string, IReadOnlyDictionary<string, double>>() : Losses(scored, segments),
        };
    }

    private static BaselineColumn? Count(LoggedColumn column, ColumnSource source, int rows, IReadOnlyList<string?[]> segments)
    {
        if (ProfileColumn.Bin(column) is not { } bins)
        {
            return null;
        }

        var counts = new Dictionary<string, ColumnCounts>();
        for (var row = 0; row < rows; row++)
        {
            foreach (var segment in At(segments, row))
            {
                if (!counts.TryGetValue(segment, out var of))
                {
                    counts.Add(segment, of = new ColumnCounts(bins));
                }

                ProfileColumn.Add(of, column, row);
            }
        }

        return new BaselineColumn(column.Name, source, bins, counts.ToDictionary(c => c.Key, c => c.Value.ToData()));
    }

    private static Dictionary<string, IReadOnlyDictionary<string, double>> Losses(ScoredRows scored, IReadOnlyList<string?[]> segments)
    {
        var sums = new Dictionary<(string Segment, string Loss), LossSums>();
        foreach (var loss in QualityJudge.LossesOf(scored.Task))
        {
            for (var row = 0; row < scored.Truth.Length; row++)
            {
                if (OutcomeTruth.Loss(loss, scored.Task, scored.Truth[row], scored.Scores.AsSpan(row * scored.Width, scored.Width)) is { } value)
                {
                    foreach (var segment in At(segments, row))
                    {
                        if (!sums.TryGetValue((segment, loss), out var sum))
                        {
                            sums.Add((segment, loss), sum = new LossSums());
                        }

                        sum.Add(value);
                    }
                }
            }
        }

        return sums.GroupBy(s => s.Key.Segment).ToDictionary(
            g => g.Key, g => (IReadOnlyDictionary<string, double>)g.ToDictionary(s => s.Key.Loss, s => s.Value.Mean!.Value));
    }

    /// <summary>The segments of a row, all rows among them.</summary>
    private static IEnumerable<string> At(IReadOnlyList<string?[]> segments, int row)
    {
        yield return "";
        foreach (var segment in segments)
        {
            if (segment[row] is { } value)
            {
                yield return value;
            }
        }
    }

    private static List<string?[]> SegmentsOf(ModelSignature signature, Table rows, IReadOnlyList<string> names)
    {
        var known = new SegmentNames();
        var segments = new List<string?[]>();
        foreach (var name in names)
        {
            if (rows.Columns.FirstOrDefault(column => column.Name == name) is { } column
                && SnapshotRows.Read(column, signature.Inputs.FirstOrDefault(spec => spec.Name == name)?.Type) is { } values)
            {
                segments.Add(known.Read(name, values));
            }
        }

        return segments;
    }

    private static LoggedColumn LabelOf(string label, ScoredRows scored, IReadOnlyList<string> labels) => scored.Task == LearningTask.Regression
        ? new NumberValues(label, scored.Truth)
        : new TextValues(label, Array.ConvertAll(scored.Truth, truth => (string?)PredictionOutput.ClassName((int)truth, labels)));

    // A model that takes one nameless matrix is fed all number columns, so it needs them all.
    private static string[]? Needed(ModelVersion version, DatasetVersion dataset, IReadOnlyList<string> segmentNames)
    {
        var there = dataset.Columns.Select(column => column.Name).ToHashSet();
        return version.Signature.Inputs.All(spec => spec.Optional || there.Contains(spec.Name))
            ? [.. version.Signature.Inputs.Select(spec => spec.Name).Concat(segmentNames).Append(dataset.Label ?? "").Where(there.Contains).Distinct()]
            : null;
    }

    private async Task<(ScoredRows? Scored, string? Note)> ScoreAsync(ModelVersion version, LearningTask task, string? label, Table rows, CancellationToken cancellationToken)
    {
        if (label is null || rows.Rows == 0)
        {
            return (null, "The data has no label, so predictions and quality have no baseline.");
        }

        try
        {
            var folder = await artifacts.GetFolderAsync(version.ArtifactDigest, cancellationToken);
            using var model = ModelLoader.Load(folder, new ModelLoadOptions());
            return (ModelScorer.Score(model, task, label, rows, cancellationToken), null);
        }
        catch (SlipwayException e)
        {
            // Inputs can be compared all the same.
            LogNotScored(version.Reference.ToString(), e.Message);
            return (null, $"Predictions have no baseline: {e.Message}");
        }
    }

    [LoggerMessage(LogLevel.Warning, "The training data of {Version} could not be scored, so its predictions are not compared with it: {Reason}")]
    private partial void LogNotScored(string version, string reason);
}
