using Slipway.Inference;
using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Diff;

/// <summary>Measures two models on the same rows in turns, so that whatever else the machine does meets both.</summary>
internal static class SpeedMeasure
{
    private const int MostRows = 1000;
    private const int Rounds = 15;
    private const int LeastRounds = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static SpeedDiff Measure(IModel a, IModel b, ComparedRows rows, TimeProvider time, CancellationToken cancellationToken)
    {
        var count = Math.Min(MostRows, rows.Count);
        var (inputsA, inputsB, outputs) = (Fill(a, rows, count), Fill(b, rows, count), new TensorSet());
        a.Run(inputsA, outputs);
        b.Run(inputsB, outputs);
        var (timesA, timesB) = (new List<double>(), new List<double>());
        var began = time.GetTimestamp();
        while (timesA.Count < Rounds && (timesA.Count < LeastRounds || time.GetElapsedTime(began) < Patience))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (timesA.Count % 2 == 0)
            {
                timesA.Add(Run(a, inputsA));
                timesB.Add(Run(b, inputsB));
            }
            else
            {
                timesB.Add(Run(b, inputsB));
                timesA.Add(Run(a, inputsA));
            }
        }

        return new SpeedDiff(Median(timesA), Median(timesB), count, timesA.Count);

        double Run(IModel model, TensorSet inputs)
        {
            var start = time.GetTimestamp();
            model.Run(inputs, outputs);
            return time.GetElapsedTime(start).TotalMicroseconds / count;
        }
    }

    private static TensorSet Fill(IModel model, ComparedRows rows, int count)
    {
        var inputs = new TensorSet();
        rows.FeedOf(model.Signature)(inputs, 0, count);
        SignatureCheck.Apply(model.Signature, inputs);
        return inputs;
    }

    private static double Median(List<double> values)
    {
        values.Sort();
        return values.Count % 2 == 1 ? values[values.Count / 2] : (values[(values.Count / 2) - 1] + values[values.Count / 2]) / 2;
    }
}
