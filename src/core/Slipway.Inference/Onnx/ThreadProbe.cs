using Slipway.Core.Errors;
using Slipway.Inference.Tensors;

namespace Slipway.Inference.Onnx;

/// <summary>
/// Measures how long a model's warm-up input takes, and chooses the threads of a run by it. One thread for each of several runs yields more than several threads for one, so more than
/// one are taken only where a caller would notice.
/// </summary>
internal static class ThreadProbe
{
    /// <summary>The longest that one number of threads is measured, a run that is cut off included. Two are measured.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(100);

    private const int Runs = 9;

    // A shorter run is over before other threads have woken up.
    private static readonly TimeSpan Worthwhile = TimeSpan.FromMilliseconds(1);

    // After this much a median is good enough.
    private static readonly TimeSpan Enough = TimeSpan.FromMilliseconds(40);

    /// <summary>Whether <paramref name="one"/>, the time with one thread (null: it did not end in time), is worth the measurement with more.</summary>
    public static bool IsLong(TimeSpan? one) => one is null || one >= Worthwhile;

    /// <summary>
    /// The rule: all <paramref name="most"/> threads when a run with one takes a millisecond or more, and all of them make it faster by at least half of what each further thread could
    /// give (1.5 times with 2, 2.5 times with 4); or when a run with one does not end within the limit. Else one.
    /// </summary>
    public static int Choose(TimeSpan? one, int most, TimeSpan? all) => (one, all) switch
    {
        (null, _) => most,
        (_, null) => 1,
        var (alone, together) => IsLong(alone) && alone >= together * (1 + ((most - 1) / 2.0)) ? most : 1,
    };

    /// <summary>The median of a few runs; null when a run does not end within <see cref="Limit"/>.</summary>
    /// <exception cref="SlipwayException">The model cannot score a row of zeros.</exception>
    public static TimeSpan? Measure(OnnxSession session, TimeProvider time)
    {
        var inputs = new TensorSet();
        var outputs = new TensorSet();
        var took = new List<TimeSpan>(Runs);
        var began = time.GetTimestamp();
        using var limit = session.StopAfter(Limit, time);
        try
        {
            // The first run allocates and is not counted. Inputs are written for each: a run may keep text.
            for (var run = 0; run <= Runs && (run < 2 || time.GetElapsedTime(began) < Enough); run++)
            {
                Zeros(session.Inputs, inputs);
                var from = time.GetTimestamp();
                session.Run(inputs, outputs);
                if (run > 0)
                {
                    took.Add(time.GetElapsedTime(from));
                }
            }
        }
        catch (SlipwayException) when (time.GetElapsedTime(began) >= Limit)
        {
            return null;
        }

        took.Sort();
        return took[took.Count / 2];
    }

    private static void Zeros(IReadOnlyList<TensorSpec> specs, TensorSet inputs)
    {
        inputs.Clear();
        foreach (var spec in specs)
        {
            var tensor = inputs.Add(spec.Name, spec.Type, [.. spec.Shape.Select(dimension => dimension < 0 ? 1 : dimension)]);
            tensor.Raw.Clear();
            tensor.Items.Fill(ReadOnlyMemory<byte>.Empty);
        }
    }
}
