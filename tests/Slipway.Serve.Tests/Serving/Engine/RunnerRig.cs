using Microsoft.Extensions.ObjectPool;
using Microsoft.Extensions.Time.Testing;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.Engine;

/// <summary>A runner of a <see cref="GateModel"/> with a clock that the test moves, and pooled calls as the server has them.</summary>
internal sealed class RunnerRig
{
    private readonly ServedDeployment _route;
    private readonly CallPool _calls;
    private long _pending;

    public RunnerRig(ServeSettings settings, GateModel? model = null, TimeProvider? time = null)
    {
        Model = model ?? new GateModel();
        Loaded = new LoadedModel(Model);
        _calls = new CallPool(time ?? Time);
        Runner = new ModelRunner(batches: true, 1, settings, time ?? Time, () => Interlocked.Read(ref _pending));
        _route = Calls.Route(Model.Signature.Inputs, Model.Signature.Outputs);
    }

    public static ServeSettings OneAtATime { get; } = new() { Instances = 1 };

    public GateModel Model { get; }

    public LoadedModel Loaded { get; }

    public ModelRunner Runner { get; }

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.UnixEpoch.AddYears(42));

    /// <summary>What the thread pool is said to have before it.</summary>
    public long Pending
    {
        set => Interlocked.Exchange(ref _pending, value);
    }

    /// <summary>A call that has begun, as columns or as one matrix.</summary>
    public InferenceCall Call(double[] a, bool matrix = false, int priority = 0, TimeSpan? timeout = null)
    {
        var call = _calls.Pool.Get();
        call.Start(_route, null);
        call.Abandon();
        (call.Priority, call.Timeout) = (priority, timeout);
        if (matrix)
        {
            var values = call.Inputs.Add("m", TensorType.Float64, [a.Length, 2]).Values<double>();
            for (var i = 0; i < a.Length; i++)
            {
                (values[2 * i], values[(2 * i) + 1]) = (a[i], i);
            }
        }
        else
        {
            a.CopyTo(call.Inputs.Add("a", TensorType.Float64, [a.Length]).Values<double>());
            var b = call.Inputs.Add("b", TensorType.Float64, [a.Length]).Values<double>();
            for (var i = 0; i < b.Length; i++)
            {
                b[i] = i;
            }
        }

        return call;
    }

    /// <summary>Runs a call and checks that the answer is its own. On the caller's thread until it has to wait.</summary>
    public async Task<Ran> RunAsync(InferenceCall call, CancellationToken cancellationToken)
    {
        using (call)
        {
            Assert.True(Loaded.TryLease(out var lease), "The model is gone.");
            using (lease)
            {
                var matrix = call.Inputs.Count == 1;
                var rows = matrix ? (int)call.Inputs[0].Shape[0] : call.Inputs[0].Count;
                var a = new double[rows];
                for (var i = 0; i < rows; i++)
                {
                    a[i] = call.Inputs[0].Values<double>()[matrix ? 2 * i : i];
                }

                await Runner.RunAsync(call, rows, lease, cancellationToken);
                Assert.Equal(a.SelectMany((value, i) => new[] { (2 * value) + i, i }), call.Outputs[0].Values<double>().ToArray());
                Assert.Equal([rows, 2], call.Outputs[0].Shape.ToArray());
                for (var i = 0; i < rows; i++)
                {
                    Assert.Equal(a[i], BitConverter.ToDouble(call.Outputs[1].Items[i]!.Value.Span));
                }

                return new Ran(call.BatchId, call.BatchRows, call.Timing.Queue);
            }
        }
    }

    public Task<Ran> RunAsync(double a, CancellationToken cancellationToken, int priority = 0, TimeSpan? timeout = null) =>
        RunAsync(Call([a], priority: priority, timeout: timeout), cancellationToken);

    /// <summary>Closes the gate and has one call stand at it, so that whoever comes now has to wait.</summary>
    public async Task<Task<Ran>> OccupyAsync(CancellationToken cancellationToken)
    {
        Model.Close();
        var standing = Task.Run(() => RunAsync(0, CancellationToken.None), CancellationToken.None);
        await Model.EnteredAsync(cancellationToken);
        return standing;
    }

    private sealed class CallPool(TimeProvider time) : PooledObjectPolicy<InferenceCall>
    {
        private ObjectPool<InferenceCall>? _pool;

        public ObjectPool<InferenceCall> Pool => _pool ??= new DefaultObjectPool<InferenceCall>(this, 256);

        public override InferenceCall Create() => new(Pool, time, sink: null);

        public override bool Return(InferenceCall obj) => true;
    }
}

/// <summary>What a call was told of its run.</summary>
internal sealed record Ran(long BatchId, int BatchRows, long Queue);
