using System.Diagnostics.CodeAnalysis;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Serving;
using Slipway.Serving.Engine;

namespace Slipway.Serve.Tests.Serving.Engine;

// Alone: what other tests allocate would be counted too.
[CollectionDefinition(nameof(RunnerAllocationTests), DisableParallelization = true)]
[Collection(nameof(RunnerAllocationTests))]
[SuppressMessage("Reliability", "CA2012", Justification = "Each task is awaited once, or has completed.")]
public sealed class RunnerAllocationTests : IDisposable
{
    private const int Together = 16;

    private readonly DoublingModel _model = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _model.Dispose();

    [Fact]
    public void A_call_that_runs_at_once_allocates_nothing()
    {
        var (runner, calls) = Begin(new ServeSettings());
        var loaded = new LoadedModel(_model);
        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                Assert.True(loaded.TryLease(out var lease));
                using (lease)
                {
                    Assert.True(runner.RunAsync(calls[0], 1, lease, Cancel).IsCompletedSuccessfully);
                }
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Measure();

        Assert.Equal(0, Measure());
    }

    [Fact]
    public async Task Calls_that_are_run_together_allocate_next_to_nothing()
    {
        // Each batch waits until it is full, so that every call joins.
        var (runner, calls) = Begin(new ServeSettings { MaxBatch = Together, MaxDelay = TimeSpan.FromMinutes(1), Instances = 1, Timeout = TimeSpan.FromMinutes(5) });
        var loaded = new LoadedModel(_model);
        var tasks = new ValueTask[Together];
        var least = long.MaxValue;
        var wrong = 0;
        for (var round = 0; round < 20; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var batch = 0; batch < 50; batch++)
            {
                Assert.True(loaded.TryLease(out var lease));
                using (lease)
                {
                    for (var i = 0; i < Together; i++)
                    {
                        tasks[i] = runner.RunAsync(calls[i], 1, lease, CancellationToken.None);
                    }

                    for (var i = 0; i < Together; i++)
                    {
                        await tasks[i];
                        wrong += calls[i].Outputs[0].Values<double>()[0] == 2.0 * i ? 0 : 1;
                    }
                }
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (50 * Together));
        }

        Assert.Equal(0, wrong);
        Assert.Equal(16, calls[0].BatchRows);
        Assert.True(least < 16, $"{least} bytes a call.");
    }

    private (ModelRunner Runner, InferenceCall[] Calls) Begin(ServeSettings settings)
    {
        var route = Calls.Route(_model.Signature.Inputs, _model.Signature.Outputs);
        var calls = new InferenceCall[Together];
        for (var i = 0; i < Together; i++)
        {
            calls[i] = Calls.Create(route);
            calls[i].Inputs.Add("a", TensorType.Float64, [1]).Values<double>()[0] = i;
        }

        return (new ModelRunner(batches: true, 1, settings, TimeProvider.System, () => 0), calls);
    }

    private sealed class DoublingModel : IModel
    {
        public string Format => "double";

        public ModelSignature Signature { get; } = new([new("a", TensorType.Float64, [-1])], [new("y", TensorType.Float64, [-1])], Tabular: true);

        public void Run(TensorSet inputs, TensorSet outputs)
        {
            outputs.Clear();
            var y = outputs.Add("y", TensorType.Float64, [inputs[0].Count]).Values<double>();
            for (var i = 0; i < y.Length; i++)
            {
                y[i] = 2 * inputs[0].Values<double>()[i];
            }
        }

        public void Dispose()
        {
        }
    }
}
