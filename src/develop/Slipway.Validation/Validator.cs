using Slipway.Core.Errors;
using Slipway.Core.Projects;
using Slipway.Statistics.Quality;

namespace Slipway.Validation;

/// <summary>Scores the held-out rows, computes every metric and judges every gate.</summary>
internal sealed class Validator : IValidator
{
    // A thousand samples place the ends of a 95 % interval well enough; on very many rows they would take minutes for what fewer tell as well.
    private const int MostSamples = 1000;
    private const int FewestSamples = 200;
    private const double SampledRows = 50_000_000;

    /// <inheritdoc/>
    public Task<ValidationReport> ValidateAsync(ValidationJob job, CancellationToken cancellationToken)
    {
        var task = LearningTasks.TryParse(job.Task, out var parsed)
            ? parsed
            : throw new SlipwayException(ErrorKind.InvalidInput, $"'{job.Task}' is no task. The tasks are regression, binary and multiclass.");
        var limits = job.Validate?.Performance ?? [];
        CheckMetrics([.. limits.Select(l => l.Metric), .. job.Validate?.Champion is { } gate ? [gate.Metric] : Array.Empty<string>()], task);
        if (job.HeldOut.Rows == 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "There are no held-out rows to judge the model by. Raise train.split.test or provide more data.");
        }

        // Scoring and resampling keep a core busy for seconds: not the caller's thread.
        return Task.Run(() => JudgeAsync(job, task, limits, cancellationToken), cancellationToken);
    }

    private static async Task<ValidationReport> JudgeAsync(ValidationJob job, LearningTask task, IReadOnlyList<MetricLimit> limits, CancellationToken cancellationToken)
    {
        var rows = ModelScorer.Score(job.Model, task, job.Label, job.HeldOut, cancellationToken);
        var block = job.TimeOrdered ? BlockLength.Of(job.HeldOut) : 1;
        var gates = new List<GateResult>(limits.Count);
        foreach (var limit in limits)
        {
            var value = QualityMetrics.Compute(limit.Metric, rows);
            var interval = value is null ? null : Interval(limit.Metric, value.Value, rows, block, cancellationToken);
            gates.Add(Gates.Judge(limit, value, interval, job.HeldOut.Rows));
        }

        if (job is { Validate.Champion: { } gate, Champion: { } champion })
        {
            Interval? Resampled(Func<int[], double?> statistic) => Resample(statistic, job.HeldOut.Rows, block, cancellationToken);
            gates.Add(await ChampionComparison.JudgeAsync(gate, champion, job, rows, Resampled, cancellationToken));
        }

        return new ValidationReport(gates, QualityMetrics.ComputeAll(rows)) { Segments = SegmentRows.Measure(rows, job.HeldOut, job.Segments) };
    }

    private static Interval? Interval(string metric, double value, ScoredRows rows, int block, CancellationToken cancellationToken)
    {
        var trials = QualityMetrics.Trials(metric, rows);
        var wilson = trials is { } n ? Wilson.Of(value * n, n) : null;
        if (wilson is not null && block == 1)
        {
            return wilson;
        }

        var resampled = Resample(sample => QualityMetrics.Compute(metric, rows, sample), rows.Truth.Length, block, cancellationToken);

        // Rows that resemble their neighbours know less than as many independent ones, so a share's interval is never narrower than Wilson's.
        return resampled is null || wilson is null
            ? resampled
            : new Interval(Math.Min(resampled.Low, wilson.Low), Math.Max(resampled.High, wilson.High));
    }

    private static Interval? Resample(Func<int[], double?> statistic, int rows, int block, CancellationToken cancellationToken) => Bootstrap.Percentile(
        rows,
        sample =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return statistic(sample);
        },
        (int)Math.Clamp(SampledRows / rows, FewestSamples, MostSamples),
        blockLength: block);

    private static void CheckMetrics(IReadOnlyList<string> metrics, LearningTask task)
    {
        var names = QualityMetrics.Names(task);
        var unknown = metrics.Where(metric => !names.Contains(metric)).Select(metric => $"A {task.Word()} model has no metric '{metric}'. It has {string.Join(", ", names)}.").ToList();
        if (unknown.Count > 0)
        {
            throw new SlipwayException(ErrorKind.InvalidInput, unknown[0]) { Details = unknown };
        }
    }
}
