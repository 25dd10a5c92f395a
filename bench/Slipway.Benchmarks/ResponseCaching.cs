using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.ObjectPool;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Rollouts;
using Slipway.Serving;
using Slipway.Serving.Caching;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Routing;

namespace Slipway.Benchmarks;

/// <summary>What a response cache adds to a request that it does not know, against the run without one, and what a request costs that it knows. The model's own run is part of both.</summary>
[MemoryDiagnoser]
public class ResponseCaching : IDisposable
{
    private readonly Random _random = new(1);
    private LoadedVersion _version = null!;
    private InferenceCall _call = null!;
    private ResponseCache _cache = null!;
    private double _next;

    /// <summary>One matrix of 30 columns, or an input a column.</summary>
    [Params(false, true)]
    public bool Columns { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var model = ModelLoader.Load(Path.Combine(AppContext.BaseDirectory, "model"), new ModelLoadOptions());
        var reference = new VersionReference("trees", SemanticVersion.First);
        _version = new LoadedVersion(new LoadedModel(model), new ModelRunner(batches: false, 64, ServeSettings.Default, TimeProvider.System), model.Signature, model.Format, 1);
        var state = new DeploymentState("trees", new DeployedVersion(reference, ""), null, 1, DateTimeOffset.UnixEpoch, "local");
        var stable = new ServedVersion("trees", Roles.Stable, reference, _version, new VersionRecorder(reference, TimeProvider.System));
        _call = new InferenceCall(new NoPool(), TimeProvider.System, sink: null);
        _call.Start(new ServedDeployment(state, stable, candidate: null, previous: null), null);
        _call.Abandon();
        _cache = ResponseCache.Create(new ServeSettings { CacheFor = TimeSpan.FromMinutes(1) }, TimeProvider.System, former: null)!;
        var columns = model.Signature.Inputs.Count;
        if (Columns)
        {
            foreach (var input in model.Signature.Inputs)
            {
                _call.Inputs.Add(input.Name, TensorType.Float64, [1]).Values<double>()[0] = _random.NextDouble();
            }
        }
        else
        {
            var values = _call.Inputs.Add("input", TensorType.Float64, [1, columns]).Values<double>();
            for (var i = 0; i < columns; i++)
            {
                values[i] = _random.NextDouble();
            }
        }

        Score(_cache);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _version.Model.Retire();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true)]
    public void NoCache()
    {
        _call.Inputs[0].Values<double>()[0] = _next++;
        Score(cache: null);
    }

    [Benchmark]
    public void Miss()
    {
        _call.Inputs[0].Values<double>()[0] = _next++;
        Score(_cache);
    }

    [Benchmark]
    public void Hit()
    {
        _call.Inputs[0].Values<double>()[0] = -1;
        Score(_cache);
    }

    private void Score(ResponseCache? cache)
    {
        _version.Model.TryLease(out var lease);
        using (lease)
        {
            var scored = cache is null ? _version.Runner.RunAsync(_call, 1, lease, CancellationToken.None) : cache.ScoreAsync(_call, 1, _version.Runner, lease, CancellationToken.None);
            if (!scored.IsCompletedSuccessfully)
            {
                throw new InvalidOperationException("Nobody else asks, so nothing is waited for.");
            }
        }
    }

    private sealed class NoPool : ObjectPool<InferenceCall>
    {
        public override InferenceCall Get() => throw new NotSupportedException();

        public override void Return(InferenceCall obj)
        {
        }
    }
}
