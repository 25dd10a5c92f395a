using System.Collections.Concurrent;
using Slipway.Core.Errors;
using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Serve.Tests.Serving.Engine;

/// <summary>
/// A model of two columns <c>a</c> and <c>b</c> that answers <c>y</c> = 2a + b, and a text that says <c>a</c> in words. While its gate is closed a run stands still until it is let through. A
/// row whose <c>a</c> is <see cref="Poison"/> fails its run.
/// </summary>
internal sealed class GateModel : IModel
{
    public const double Poison = -666;

    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _passes = new(0);
    private volatile bool _closed;

    public string Format => "gate";

    public ModelSignature Signature { get; } = new(
        [new("a", TensorType.Float64, [-1]), new("b", TensorType.Float64, [-1])], [new("y", TensorType.Float64, [-1, 2]), new("text", TensorType.Bytes, [-1])], Tabular: true);

    /// <summary>The first column of every run that was let through, in order.</summary>
    public ConcurrentQueue<double[]> Runs { get; } = new();

    public bool IsDisposed { get; private set; }

    /// <summary>Answers all rows with those of the first, as a model does that makes one text of its rows.</summary>
    public bool AnswersOneRow { get; init; }

    /// <summary>Closes the gate, and forgets who has come and who was let through before.</summary>
    public void Close()
    {
        _closed = true;
        while (_entered.Wait(0) || _passes.Wait(0))
        {
            // One less.
        }
    }

    /// <summary>Lets every run through from now on, and those that stand.</summary>
    public void Open()
    {
        _closed = false;
        _passes.Release(1000);
    }

    public void LetThrough(int runs) => _passes.Release(runs);

    /// <summary>Waits until a run stands at the gate, or has passed it.</summary>
    public async Task EnteredAsync(CancellationToken cancellationToken) => Assert.True(await _entered.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken), "No run came.");

    public void Run(TensorSet inputs, TensorSet outputs)
    {
        Assert.False(IsDisposed, "A run of a disposed model.");
        _entered.Release();
        if (_closed)
        {
            _passes.Wait();
        }

        outputs.Clear();
        var matrix = inputs.Count == 1;
        var rows = matrix ? (int)inputs[0].Shape[0] : inputs[0].Count;
        var answered = AnswersOneRow ? 1 : rows;
        var first = new double[rows];
        var y = outputs.Add("y", TensorType.Float64, [answered, 2]).Values<double>();
        var text = outputs.Add("text", TensorType.Bytes, [answered]).Items;
        for (var i = 0; i < rows; i++)
        {
            var a = matrix ? inputs[0].Values<double>()[2 * i] : inputs[0].Values<double>()[i];
            var b = matrix ? inputs[0].Values<double>()[(2 * i) + 1] : inputs[1].Values<double>()[i];
            first[i] = a;
            if (i < answered)
            {
                y[2 * i] = (2 * a) + b;
                y[(2 * i) + 1] = b;
                text[i] = BitConverter.GetBytes(a);
            }
        }

        Runs.Enqueue(first);
        if (first.Contains(Poison))
        {
            throw new SlipwayException(ErrorKind.InvalidInput, "A row is poison.");
        }
    }

    public void Dispose() => IsDisposed = true;
}
