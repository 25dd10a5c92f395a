using Slipway.Core.Names;
using Slipway.Core.Projects.Shapes;

namespace Slipway.Core.Projects.Sections;

/// <summary>The section <c>monitor</c>.</summary>
internal static class MonitorKeys
{
    public static readonly Key<string> Metric = new("metric", "The metric to watch.", Metrics.Name, required: true);

    public static readonly Key<double> Degradation = new(
        "degradation", "How much worse, relative to the baseline.", Values.Share(0, 100, open: true), required: true);

    public static readonly Key<ReadMap> Performance = new(
        "performance", "How much worse than the baseline the model may become.", new MapShape([Metric, Degradation]));

    public static readonly MapShape Shape = new(
    [
        new Key<TimeSpan>("window", "The time over which is judged.", Values.Time(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650))),
        new Key<string>("baseline", "What to compare with: training, lastWeek, or a dataset version.", Baseline),
        new Key<ReadMap>("drift", "Limits on how far inputs may move.", Drift),
        Performance,
        new Key<ReadMap>("latency", "Limits on how long answers take.", new MapShape(ValidateKeys.LatencyLimits, atLeast: 1)),
        new Key<Bound<double>>("errors", "Limit on the share of requests that fail.", Values.ShareLimit()),
        new Key<Bound<double>>("resources", "Limit on the use of processor, memory and GPU.", Values.ShareLimit()),
        new Key<IReadOnlyList<string>>("notify", "Whom to tell: log, or webhook: and an address.", Receivers),
    ]);

    private static Shape<string> Baseline => Values.Matching(
        "training, lastWeek, or a dataset version such as bike-demand@3f9a07c1",
        "^(training|lastWeek|[a-z0-9][a-z0-9_-]{0,99}@[0-9A-Za-z.:-]{1,80})$",
        IsBaseline);

    private static MapShape Drift => new(
        [
            new Key<double>("psi", "Population stability index; 0.25 is usual.", Values.Number(0, 100)),
            new Key<double>("kl", "Kullback-Leibler divergence; 0.1 is usual.", Values.Number(0, 100)),
        ],
        atLeast: 1);

    private static Shape<IReadOnlyList<string>> Receivers => new ListShape<string>("receivers", Receiver, distinct: true)
    {
        Example = "[log, \"webhook:https://hooks.example.org/x\"]",
    };

    private static Shape<string> Receiver => Values.Matching(
        "log, or webhook: and an address, such as \"webhook:https://hooks.example.org/x\"", @"^(log|webhook:https?://\S+)$", IsReceiver);

    /// <summary>Refuses a metric that the task does not have.</summary>
    public static void CheckTask(Reading reading, ReadMap map, string task)
    {
        if (map.Find(Performance) is { } performance && performance.Find(Metric) is { } metric)
        {
            Metrics.CheckTask(reading, task, metric, performance.ValueOf(Metric), performance.PathOf(Metric));
        }
    }

    private static bool IsBaseline(string text)
    {
        var at = text.IndexOf('@', StringComparison.Ordinal);
        return text is "training" or "lastWeek"
            || (at > 0 && ResourceName.IsValid(text[..at]) && text.Length - at - 1 is >= 1 and <= 80
                && text.Skip(at + 1).All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or ':' or '-'));
    }

    private static bool IsReceiver(string text) => text == "log"
        || (text.StartsWith("webhook:", StringComparison.Ordinal)
            && Uri.TryCreate(text["webhook:".Length..], UriKind.Absolute, out var address)
            && address.Scheme is "https" or "http"
            && !text.Any(char.IsWhiteSpace));
}
