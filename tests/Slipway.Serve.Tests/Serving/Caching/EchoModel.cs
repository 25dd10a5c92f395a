using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serve.Tests.Serving.Caching;

/// <summary>A model whose outputs are its inputs <c>x</c> (FP64, any shape) and <c>t</c> (texts). It counts its runs, and can be held in the midst of one.</summary>
internal sealed class EchoModel : IModel
{
    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _let = new(0);
    private int _runs;

    public string Format => "echo";

    public ModelSignature Signature { get; } = new(
        [new TensorSpec("x", TensorType.Float64, [-1, -1]), new TensorSpec("t", TensorType.Bytes, [-1])],
        [new TensorSpec("x", TensorType.Float64, [-1, -1]), new TensorSpec("t", TensorType.Bytes, [-1])],
        Tabular: false);

    public int Runs => Volatile.Read(ref _runs);

    /// <summary>True to wait in a run until <see cref="Let"/>.</summary>
    public bool Held { get; set; }

    /// <summary>What the runs throw, the first one first; when it is empty they answer.</summary>
    public Queue<Exception> Failures { get; } = new();

    /// <summary>Returns when a run has begun that is held.</summary>
    public Task EnteredAsync(CancellationToken cancellationToken) => _entered.WaitAsync(cancellationToken);

    /// <summary>Lets this many held runs go on.</summary>
    public void Let(int runs) => _let.Release(runs);

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        Interlocked.Increment(ref _runs);
        if (Held)
        {
            _entered.Release();
            _let.Wait();
        }

        lock (Failures)
        {
            if (Failures.TryDequeue(out var failure))
            {
                throw failure;
            }
        }

        outputs.Clear();
        for (var i = 0; i < inputs.Count; i++)
        {
            var output = outputs.Add(inputs[i].Name, inputs[i].Type, inputs[i].Shape);
            inputs[i].Raw.CopyTo(output.Raw);
            inputs[i].Items.CopyTo(output.Items);
        }
    }

    public void Dispose()
    {
        _entered.Dispose();
        _let.Dispose();
    }
}
