namespace Slipway.Console.Components.Plots;

/// <summary>The unit that a metric's name ends with, as those of a system do: <c>system/gpu_0_memory_usage_megabytes</c>. MLflow has no other place for it.</summary>
public static class MetricUnit
{
    private static readonly (string Ending, string Unit)[] Units =
    [
        ("percentage", "%"), ("percent", "%"), ("megabytes", "MB"), ("mb", "MB"), ("gigabytes", "GB"), ("gb", "GB"), ("bytes", "bytes"),
        ("milliseconds", "ms"), ("ms", "ms"), ("seconds", "s"), ("sec", "s"), ("minutes", "min"), ("hours", "h"), ("watts", "W"), ("celsius", "°C"),
    ];

    /// <summary>The unit; null where the name tells none.</summary>
    public static string? Of(string metric)
    {
        var word = metric[(metric.LastIndexOfAny(['_', '/', '.', ' ', '-']) + 1)..];
        return word.Length == metric.Length ? null : Array.Find(Units, u => u.Ending.Equals(word, StringComparison.OrdinalIgnoreCase)).Unit;
    }
}
