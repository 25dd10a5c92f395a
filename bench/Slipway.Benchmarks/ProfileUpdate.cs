using BenchmarkDotNet.Attributes;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Profiles;
using Slipway.Statistics.Drift;
using Slipway.Statistics.Quality;

namespace Slipway.Benchmarks;

/// <summary>Rows of 30 numbers on their way into the profile of a bucket, without segments and with one. The mean is the time of a row.</summary>
[MemoryDiagnoser]
public class ProfileUpdate
{
    private const int Rows = 1000;
    private const int Features = 30;

    private readonly BucketGrid _grid = BucketGrid.Of(TimeSpan.FromDays(1));
    private PredictionBatch? _batch;
    private WatchedVersion? _version;
    private ProfileFold? _fold;

    [Params(0, 1)]
    public int Segments { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(1);
        var columns = Enumerable.Range(0, Features).Select(f => new NumberValues($"f{f}", [.. Enumerable.Range(0, Rows).Select(_ => random.NextDouble())])).ToArray();
        var answers = new NumberValues("y", [.. Enumerable.Range(0, Rows).Select(_ => random.NextDouble())]);
        var at = new DateTime(2026, 3, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
        _batch = new PredictionBatch
        {
            Source = new PredictionSource("d", VersionReference.Parse("m@1.0.0"), "stable", null, 0),
            Rows = Rows,
            Ids = [.. Enumerable.Range(0, Rows).Select(i => $"{i}")],
            EventTimes = [.. Enumerable.Range(0, Rows).Select(i => at + i)],
            Arrivals = [.. Enumerable.Range(0, Rows).Select(i => at + i)],
            Milliseconds = [.. Enumerable.Range(0, Rows).Select(_ => 1 + random.NextDouble())],
            Failed = new bool[Rows],
            Keys = new string?[Rows],
            Units = new ulong[Rows],
            Segments = new Dictionary<string, string?[]> { ["device"] = [.. Enumerable.Range(0, Rows).Select(i => i % 3 == 0 ? "mobile" : "desktop")] },
            Inputs = columns,
            Outputs = [answers],
        };
        _version = new WatchedVersion("m@1.0.0", new ModelSignature([], [new TensorSpec("y", TensorType.Float64, [-1])], Tabular: true), LearningTask.Regression)
        {
            Baseline = new Baseline
            {
                Task = LearningTask.Regression,
                SegmentNames = [],
                Metrics = new Dictionary<string, double>(),
                Columns =
                [
                    .. columns.Select(c => new BaselineColumn(c.Name, ColumnSource.Input, ProfileColumn.Bin(c)!, new Dictionary<string, ColumnCountsData>())),
                    new BaselineColumn("prediction", ColumnSource.Prediction, ProfileColumn.Bin(answers)!, new Dictionary<string, ColumnCountsData>()),
                ],
            },
        };
        _fold = new ProfileFold(new ProfileBook("d", null!), new SegmentNames { Names = Segments == 0 ? [] : ["device"] });
    }

    [Benchmark(OperationsPerInvoke = Rows)]
    public void Row() => _fold!.Add(_batch!, _version!, _grid);
}
