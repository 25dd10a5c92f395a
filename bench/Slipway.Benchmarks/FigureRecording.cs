using System.Diagnostics;
using BenchmarkDotNet.Attributes;
using Slipway.Core.Names;
using Slipway.Serving;
using Slipway.Serving.Figures;

namespace Slipway.Benchmarks;

/// <summary>What counting a request costs: its duration by version, and its stages by version and role.</summary>
[MemoryDiagnoser]
public class FigureRecording
{
    private readonly VersionRecorder _version = new(new VersionReference("trees", SemanticVersion.First), TimeProvider.System);
    private StageRecorder _stages = null!;
    private CallTiming _timing;
    private ActivityTraceId _trace;
    private long _started;

    [GlobalSetup]
    public void Setup()
    {
        _stages = _version.Stages("stable");
        _trace = ActivityTraceId.CreateRandom();
        _started = TimeProvider.System.GetTimestamp();
        var ticks = TimeProvider.System.TimestampFrequency / 1_000_000;
        _timing.Start(_started);
        _timing.Parsed(_started + (3 * ticks));
        _timing.Taken(_started + (4 * ticks));
        _timing.Ran(_started + (5 * ticks), _started + (45 * ticks));
        _timing.Scored(_started + (46 * ticks));
        _timing.Ended(_started + (50 * ticks));
    }

    [Benchmark]
    public void Duration() => _version.Record(_started, _started + 50_000, 1, failed: false);

    [Benchmark]
    public void DurationWithTrace() => _version.Record(_started, _started + 50_000, 1, failed: false, _trace);

    [Benchmark]
    public void FiveStages() => _stages.Record(in _timing, answered: true, cache: null);
}
