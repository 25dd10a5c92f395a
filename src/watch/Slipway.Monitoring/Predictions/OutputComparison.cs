using Slipway.Inference.Tensors;

namespace Slipway.Monitoring.Predictions;

/// <summary>Puts the outputs of two versions side by side.</summary>
internal static class OutputComparison
{
    /// <summary>The logged outputs of a row, each with the replayed one of its name, then outputs that only the other version has.</summary>
    public static IReadOnlyList<ReplayedOutput> Of(IReadOnlyList<LoggedValue> logged, TensorSet replayed, int row, int rows)
    {
        var outputs = new List<ReplayedOutput>();
        foreach (var value in logged)
        {
            var now = replayed.Find(value.Name) is { } tensor ? ValueReader.Read(tensor, row, rows) : null;
            outputs.Add(new ReplayedOutput(value.Name, value.Type ?? replayed.Find(value.Name)?.Type.WireName(), value.Value, now, Difference(value.Value, now)));
        }

        for (var i = 0; i < replayed.Count; i++)
        {
            if (!logged.Any(value => value.Name == replayed[i].Name))
            {
                outputs.Add(new ReplayedOutput(replayed[i].Name, replayed[i].Type.WireName(), null, ValueReader.Read(replayed[i], row, rows), null));
            }
        }

        return outputs;
    }

    private static object? Difference(object? before, object? now) => (before, now) switch
    {
        (object?[] some, object?[] others) => some.Length == others.Length && some.Zip(others, Difference).ToArray() is var all && all.Any(one => one is not null) ? all : null,
        _ => Number(before) is { } from && Number(now) is { } to ? to - from : null,
    };

    private static double? Number(object? value) => value switch
    {
        double number => number,
        float number => number,
        long number => number,
        ulong number => number,
        int or short or sbyte or byte or ushort or uint => Convert.ToDouble(value, System.Globalization.CultureInfo.InvariantCulture),
        _ => null,
    };
}
