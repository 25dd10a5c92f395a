using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>validate</c>.</summary>
internal static class ValidateKeys
{
    private static readonly Key[] MetricLimits = [.. Metrics.All.Select(m => m.ToLimitKey())];

    public static readonly Key<ReadMap> Performance = new("performance", "Limits on metrics of the held-out rows.", new MapShape(MetricLimits, atLeast: 1));

    public static readonly Key<string> ChampionMetric = new("metric", "The metric to compare by.", Metrics.Name, required: true);

    public static readonly Key<Margin> ChampionMargin = new("margin", "How much worse than the live version is still good.", Values.Margin(), required: true);

    public static readonly Key<ReadMap> Champion = new(
        "champion", "Not worse than the version that is live.", new MapShape([ChampionMetric, ChampionMargin]));

    public static readonly Key<ReadMap> Robustness = new("robustness", "How much noise and gaps in the inputs may cost.", RobustnessShape, available: false);

    public static readonly Key<ReadMap> Latency = new("latency", "How fast it must answer under a stated load.", LatencyShape, available: false);

    public static readonly Key<ReadMap> Resources = new("resources", "What it may need.", ResourcesShape, available: false);

    public static readonly Key<ReadMap> Fairness = new("fairness", "Equal treatment of groups.", FairnessShape, available: false);

    public static readonly MapShape Shape = new([Performance, Champion, Robustness, Latency, Resources, Fairness]);

    /// <summary>Upper limits on the usual percentiles of the latency.</summary>
    public static Key[] LatencyLimits =>
    [
        new Key<Bound<TimeSpan>>("p50", "The median.", Values.TimeLimit()),
        new Key<Bound<TimeSpan>>("p95", "95 of 100 requests.", Values.TimeLimit()),
        new Key<Bound<TimeSpan>>("p99", "99 of 100 requests.", Values.TimeLimit()),
    ];

    private static MapShape RobustnessShape => new(
        [
            new Key<double>("noise", "Noise on numbers, in shares of their standard deviation.", Values.Share(0, 100)),
            new Key<double>("missing", "The share of inputs to leave out.", Values.Share(0, 100)),
            new Key<double>("maxDrop", "How much the metric may lose.", Values.Share(0, 100), required: true),
        ],
        atLeast: 2);

    private static MapShape LatencyShape => new(
        [
            .. LatencyLimits,
            new Key<double>("rate", "Requests a second.", Values.PerSecond()),
            new Key<TimeSpan>("duration", "How long to measure.", Values.Time(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1))),
        ],
        check: NeedsAPercentile);

    private static MapShape ResourcesShape => new(
        [
            new Key<Bound<long>>("memory", "Memory of the process.", Values.SizeLimit()),
            new Key<Bound<double>>("cpu", "Processor cores.", Values.CoreLimit()),
        ],
        atLeast: 1);

    private static MapShape FairnessShape => new(
        [
            new Key<IReadOnlyList<string>>("groups", "Columns that name the groups.", DataKeys.Columns, required: true),
            Ratio("demographicParity"),
            Ratio("disparateImpact"),
            Ratio("equalOpportunity"),
            Ratio("equalisedOdds"),
        ],
        atLeast: 2);

    public static ValidateSection Build(ReadMap map) => new(
        [.. map.Find(Performance)?.Entries.Select(e => e.Value is Bound<double> limit
            ? new MetricLimit(e.Name.Value, limit.Operator, limit.Value, limit.Text)
            : throw new InvalidOperationException($"The limit of {e.Name.Value} was not read.")) ?? []],
        map.Find(Champion) is { } champion ? new ChampionGate(champion.Find(ChampionMetric)!, champion.Find(ChampionMargin)!) : null);

    /// <summary>A load without a limit judges nothing.</summary>
    private static void NeedsAPercentile(Reading reading, ReadMap map)
    {
        if (!map.Entries.Any(e => e.Name.Value is "p50" or "p95" or "p99"))
        {
            reading.Refuse(map.Node, map.Path, "A limit is missing: give p50, p95 or p99, such as p95: \"< 100 ms\".");
        }
    }

    /// <summary>Refuses gates that the task does not have.</summary>
    public static void CheckTask(Reading reading, ReadMap map, string task)
    {
        foreach (var entry in map.Find(Performance)?.Entries ?? [])
        {
            Metrics.CheckTask(reading, task, entry.Name.Value, entry.Name, $"{map.PathOf(Performance)}.{entry.Name.Value}");
        }

        if (map.Find(Champion) is { } champion && champion.Find(ChampionMetric) is { } metric)
        {
            Metrics.CheckTask(reading, task, metric, champion.ValueOf(ChampionMetric), champion.PathOf(ChampionMetric));
        }

        if (map.Has(Fairness) && task == Metrics.Regression)
        {
            reading.Refuse(
                map.At(Fairness),
                map.PathOf(Fairness),
                "Fairness compares decisions, and a regression makes none. Remove it, or train a binary or multiclass model.");
        }
    }

    private static Key<Bound<double>> Ratio(string name) =>
        new(name, "Lower limit on the ratio between the groups.", Values.NumberLimit("a lower limit from 0 to 1 or in percent, such as \">= 0.9\"", 0, 1, percent: true, upper: false));
}
