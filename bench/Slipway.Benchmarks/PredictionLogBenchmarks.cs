using BenchmarkDotNet.Attributes;
using Slipway.Core.Names;
using Slipway.Inference.Tensors;
using Slipway.Monitoring;
using Slipway.Monitoring.Log.Chunks;
using Slipway.Monitoring.Log.Parquet;
using Slipway.Monitoring.Log.Recording;
using Slipway.Monitoring.Log.Rules;
using Slipway.Serving;
using Slipway.Storage;

namespace Slipway.Benchmarks;

/// <summary>
/// The prediction log per row, a tick's worth at once: what a request's thread does, and what the loop does behind it up to the file, and what makes Parquet of it. Requests of one row with an id of their own and a
/// number for each feature.
/// </summary>
[MemoryDiagnoser]
public class PredictionLogBenchmarks : IDisposable
{
    private const int Rows = 2000;
    private const int ChunkWrites = 50;

    // So many that no packing finds them again.
    private const int Different = 499;

    private readonly List<FinishedChunk> _finished = [];
    private readonly List<LogStep> _steps = [];
    private string _folder = "";
    private PredictionFolder _predictions = null!;
    private CallQueue _queue = null!;
    private RowCollector _collector = null!;
    private OpenChunks _chunks = null!;
    private RecordedCall _call;
    private RecordedCall[] _calls = [];
    private RecordingRule _rule = null!;

    [Params(10, 30)]
    public int Features { get; set; }

    [GlobalSetup]
    public void Open()
    {
        _folder = Path.GetFullPath($"log-benchmark-{Guid.NewGuid():N}");
        Directory.CreateDirectory(_folder);
        _queue = new CallQueue(Rows, 1 << 30);
        _collector = new RowCollector();
        _rule = new RecordingRule(1e-9, new Redaction([]));
        _predictions = new PredictionFolder(new DataFolder(_folder));
        _chunks = new OpenChunks(_predictions, new PredictionLogOptions(), TimeProvider.System, (e, _) => throw e);
        var random = new Random(1);
        _calls = [.. Enumerable.Range(0, Different).Select(_ => Call(random))];
        _call = _calls[0];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _chunks.Dispose();
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>The request's thread alone.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public void Record()
    {
        for (var i = 0; i < Rows; i++)
        {
            _queue.Add(_call);
        }

        while (_queue.TryTake(out _))
        {
            // Only the queue is measured here.
        }

        _queue.Release();
    }

    /// <summary>What sampling costs a call that is left out.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Decide()
    {
        var taken = 0;
        for (var i = 0; i < Rows; i++)
        {
            taken += _rule.TryTake(_call, out _) ? 1 : 0;
        }

        return taken;
    }

    /// <summary>Record, sort, encode and write.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public void RecordAndWrite()
    {
        Write();
        _chunks.Rotate(all: false, _finished);
        foreach (var chunk in _finished)
        {
            File.Delete(_predictions.Chunk(chunk.Deployment, chunk.Name));
        }

        _finished.Clear();
    }

    [IterationSetup(Target = nameof(Convert))]
    public void WriteChunk()
    {
        for (var i = 0; i < ChunkWrites; i++)
        {
            Write();
        }

        _chunks.Rotate(all: true, _finished);
    }

    /// <summary>From the finished chunk to Parquet.</summary>
    [Benchmark(OperationsPerInvoke = Rows * ChunkWrites)]
    public void Convert()
    {
        var conversion = new ChunkConversion(_predictions);
        foreach (var chunk in _finished)
        {
            conversion.Run(chunk.Deployment, chunk.Name, CancellationToken.None);
        }

        _finished.Clear();
    }

    private RecordedCall Call(Random random)
    {
        var inputs = new TensorSet();
        for (var i = 0; i < Features; i++)
        {
            inputs.Add($"feature_{i}", TensorType.Float64, [1]).Values<double>()[0] = random.NextDouble();
        }

        var outputs = new TensorSet();
        outputs.Add("score", TensorType.Float64, [1]).Values<double>()[0] = random.NextDouble();
        return new RecordedCall
        {
            Deployment = "bikes",
            Version = new VersionReference("bike-demand", SemanticVersion.First),
            Role = "stable",
            GeneratedId = Guid.CreateVersion7(),
            ArrivedAt = TimeProvider.System.GetUtcNow(),
            Duration = TimeSpan.FromMilliseconds(1),
            Rows = 1,
            Fields = new RowFields(),
            Inputs = inputs,
            Outputs = outputs,
        };
    }

    private void Write()
    {
        for (var i = 0; i < Rows; i++)
        {
            _queue.Add(_calls[i % Different]);
        }

        _steps.Clear();
        while (_queue.TryTake(out var item))
        {
            _collector.Add(item.Call, collected => _steps.Add(new LogStep { Collected = collected }));
        }

        _collector.Cut(collected => _steps.Add(new LogStep { Collected = collected }));
        _queue.Release();
        foreach (var step in _steps)
        {
            _chunks.Append(step, _finished);
        }

        _chunks.Flush();
    }
}
