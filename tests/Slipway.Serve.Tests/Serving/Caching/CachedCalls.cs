using System.Text;
using Microsoft.Extensions.Time.Testing;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.Caching;
using Slipway.Serving.Engine;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.Caching;

/// <summary>A cache before a model, and calls to it.</summary>
internal sealed class CachedCalls : IDisposable
{
    private readonly ServedDeployment _route;

    public CachedCalls(long bytes = 1 << 20, CacheHash? hash = null)
    {
        _route = Calls.Route(Model);
        Cache = hash is null
            ? ResponseCache.Create(new ServeSettings { CacheFor = TimeSpan.FromMinutes(1), CacheBytes = bytes }, Time, former: null)!
            : new ResponseCache(TimeSpan.FromMinutes(1), bytes, patience: null, Time) { Hash = hash };
    }

    public EchoModel Model { get; } = new();

    public FakeTimeProvider Time { get; } = new();

    public ResponseCache Cache { get; }

    /// <summary>A call with one row of numbers and some texts.</summary>
    public InferenceCall Call(double[] numbers, params string?[] texts)
    {
        var call = Calls.Create(_route);
        numbers.CopyTo(call.Inputs.Add("x", TensorType.Float64, [1, numbers.Length]).Values<double>());
        var items = call.Inputs.Add("t", TensorType.Bytes, [texts.Length]).Items;
        for (var i = 0; i < texts.Length; i++)
        {
            items[i] = texts[i] is { } text ? Encoding.UTF8.GetBytes(text) : default(ReadOnlyMemory<byte>?);
        }

        return call;
    }

    public async Task<InferenceCall> ScoreAsync(InferenceCall call, CancellationToken cancellationToken)
    {
        Assert.True(_route.Stable.Loaded.Model.TryLease(out var lease));
        using (lease)
        {
            await Cache.ScoreAsync(call, 1, _route.Stable.Loaded.Runner, lease, cancellationToken);
        }

        return call;
    }

    public Task<InferenceCall> ScoreAsync(CancellationToken cancellationToken, params double[] numbers) => ScoreAsync(Call(numbers), cancellationToken);

    public void Dispose() => _route.Stable.Loaded.Model.Retire();
}
