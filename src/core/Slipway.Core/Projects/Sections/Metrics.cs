using System.Globalization;
using Slipway.Core.Projects.Shapes;
using Slipway.Core.Projects.Yaml;

namespace Slipway.Core.Projects.Sections;

/// <summary>The quality metrics that a file may name. What they are is Statistics' matter; here stands which task has them and what a limit may be.</summary>
internal static class Metrics
{
    public const string Regression = "regression";
    public const string Binary = "binary";
    public const string Multiclass = "multiclass";

    public static IReadOnlyList<Metric> All { get; } =
    [
        new("rmse", [Regression], MoreIsBetter: false, 0, double.MaxValue, "<= 60"),
        new("mae", [Regression], MoreIsBetter: false, 0, double.MaxValue, "<= 40"),
        new("mape", [Regression], MoreIsBetter: false, 0, double.MaxValue, "<= 20%") { TakesPercent = true },
        new("r2", [Regression], MoreIsBetter: true, -double.MaxValue, 1, ">= 0.85") { TakesPercent = true },
        Share("accuracy", Binary, Multiclass),
        Share("precision", Binary),
        Share("recall", Binary),
        Share("f1", Binary),
        Share("auc", Binary),
        Share("average_precision", Binary),
        Share("macro_precision", Multiclass),
        Share("macro_recall", Multiclass),
        Share("macro_f1", Multiclass),
        Share("weighted_precision", Multiclass),
        Share("weighted_recall", Multiclass),
        Share("weighted_f1", Multiclass),
        new("log_loss", [Binary, Multiclass], MoreIsBetter: false, 0, double.MaxValue, "<= 0.5"),
        new("brier", [Binary], MoreIsBetter: false, 0, 1, "<= 0.2"),
        new("ece", [Binary], MoreIsBetter: false, 0, 1, "<= 5%") { TakesPercent = true },
    ];

    /// <summary>The name of a metric.</summary>
    public static Shape<string> Name { get; } = new ChoiceShape([.. All.Select(m => new Choice(m.Name))]);

    /// <summary>Refuses a metric that <paramref name="task"/> does not have.</summary>
    public static void CheckTask(Reading reading, string task, string metric, YamlNode at, string path)
    {
        var known = All.FirstOrDefault(m => m.Name == metric);
        if (known is not null && !known.Tasks.Contains(task))
        {
            var allowed = string.Join(", ", All.Where(m => m.Tasks.Contains(task)).Select(m => m.Name));
            reading.Refuse(at, path, $"'{metric}' is not a metric of {task}. Allowed are {allowed}.");
        }
    }

    private static Metric Share(string name, params string[] tasks) => new(name, tasks, MoreIsBetter: true, 0, 1, ">= 0.9") { TakesPercent = true };
}

/// <summary>A metric and what a limit on it may be.</summary>
internal sealed record Metric(string Name, IReadOnlyList<string> Tasks, bool MoreIsBetter, double Min, double Max, string Example)
{
    /// <summary>True when a limit may be written in percent.</summary>
    public bool TakesPercent { get; init; }

    /// <summary>A limit on the side that makes sense: that an error is at least so large is nobody's wish.</summary>
    public Key<Bound<double>> ToLimitKey() => new(
        Name,
        $"{(MoreIsBetter ? "Lower" : "Upper")} limit on {Name} ({string.Join(", ", Tasks)}).",
        Values.NumberLimit(
            $"{(MoreIsBetter ? "a lower" : "an upper")} limit{Range}, such as \"{Example}\" (for {Name} {(MoreIsBetter ? "more" : "less")} is better)",
            Min,
            Max,
            TakesPercent,
            upper: !MoreIsBetter));

    private string Range => (Min, Max) switch
    {
        (0, 1) => TakesPercent ? " from 0 to 1 or in percent" : " from 0 to 1",
        (0, _) => " of 0 or more",
        (_, var max) => string.Create(CultureInfo.InvariantCulture, $" of at most {max}{(TakesPercent ? " or in percent" : "")}"),
    };
}
