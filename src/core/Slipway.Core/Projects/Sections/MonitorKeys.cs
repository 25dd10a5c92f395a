using System.Globalization;
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

    public static readonly Key<TimeSpan> Window = new(
        "window", "The time over which is judged; 1 d unless given.", Values.Time(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650)));

    public static readonly Key<string> Baseline = new("baseline", "What to compare with: training, lastWeek, or a dataset version.", Baselines);

    public static readonly Key<double> Psi = new("psi", "Population stability index; 0.25 unless given.", Values.Number(0, 100));

    public static readonly Key<double> Kl = new("kl", "Kullback-Leibler divergence; 0.1 unless given.", Values.Number(0, 100));

    public static readonly Key<ReadMap> Drift = new("drift", "Limits on how far inputs may move.", new MapShape([Psi, Kl], atLeast: 1));

    public static readonly Key<ReadMap> Latency = new("latency", "Limits on how long answers take.", new MapShape(ValidateKeys.LatencyLimits, atLeast: 1));

    public static readonly Key<Bound<double>> Errors = new("errors", "Limit on the share of requests that fail; \"< 1%\" unless given.", Values.ShareLimit());

    public static readonly Key<Bound<double>> Resources = new("resources", "Limit on the use of processor, memory and GPU.", Values.ShareLimit(), available: false);

    public static readonly Key<IReadOnlyList<string>> Notify = new("notify", "Whom to tell: log, or webhook: and an address; log unless given.", Receivers);

    public static readonly Key<double> Sample = new(
        "sample", "The share of answered requests that the prediction log records, failed ones besides; 0 records nothing. The server's unless given, which is 1.", Values.Fraction());

    public static readonly Key<IReadOnlyList<string>> Redact = new(
        "redact", "Inputs and outputs that the prediction log leaves out, segment: and a request's segment, or sticky_key; besides those that the server names.", Redactions);

    public static readonly Key<ReadMap> Log = new("log", "What the prediction log records.", new MapShape([Sample, Redact], atLeast: 1));

    public static readonly MapShape Shape = new([Window, Baseline, Drift, Performance, Latency, Errors, Resources, Notify, Log], check: Check);

    private static Shape<string> Baselines => Values.Matching(
        "training, lastWeek, or a dataset version such as bike-demand@3f9a07c1",
        "^(training|lastWeek|[a-z0-9][a-z0-9_-]{0,99}@[0-9A-Za-z.:-]{1,80})$",
        IsBaseline);

    private static Shape<IReadOnlyList<string>> Receivers => new ListShape<string>("receivers", Receiver, distinct: true)
    {
        Example = "[log, \"webhook:https://hooks.example.org/x\"]",
    };

    private static Shape<IReadOnlyList<string>> Redactions => new ListShape<string>("names", Values.Text("a name", 255), distinct: true) { Example = "[customer_id, \"segment:region\"]" };

    private static Shape<string> Receiver => Values.Matching(
        "log, or webhook: and an address, such as \"webhook:https://hooks.example.org/x\"", @"^(log|webhook:https?://\S+)$", IsReceiver);

    public static MonitorSection Build(ReadMap? map)
    {
        var usual = new MonitorSection();
        return map is null ? usual : new MonitorSection
        {
            Window = map.Get(Window, usual.Window),
            Psi = map.Find(Drift)?.Get(Psi, usual.Psi) ?? usual.Psi,
            Kl = map.Find(Drift)?.Get(Kl, usual.Kl) ?? usual.Kl,
            Metric = map.Find(Performance)?.Find(Metric),
            Degradation = map.Find(Performance)?.Get(Degradation, usual.Degradation) ?? usual.Degradation,
            Latency = [.. map.Find(Latency)?.Entries.Select(e => new LatencyLimit(
                QuantileOf(e.Name.Value), ((Bound<TimeSpan>)e.Value!).Value, ((Bound<TimeSpan>)e.Value).Text)) ?? []],
            Errors = map.Find(Errors)?.Value ?? usual.Errors,
            Notify = map.Get(Notify, usual.Notify),
            Log = map.Find(Log) is { } log ? new LogSection(log.TryGet(Sample, out var sample) ? sample : null, log.Get(Redact, [])) : usual.Log,
        };
    }

    /// <summary>Refuses a metric that the task does not have.</summary>
    public static void CheckTask(Reading reading, ReadMap map, string task)
    {
        if (map.Find(Performance) is { } performance && performance.Find(Metric) is { } metric)
        {
            Metrics.CheckTask(reading, task, metric, performance.ValueOf(Metric), performance.PathOf(Metric));
        }
    }

    private static void Check(Reading reading, ReadMap map)
    {
        CheckLog(reading, map);
        if (map.Find(Baseline) is { } baseline && baseline != "training")
        {
            reading.NotYet(map.ValueOf(Baseline), map.PathOf(Baseline), "This baseline is not available yet. Use training, or leave it out.");
        }

        // A sum of squares can be kept for a window, a rank statistic such as AUC cannot.
        if (map.Find(Performance) is { } performance && performance.Find(Metric) is { } metric && metric is not ("rmse" or "mae" or "accuracy" or "brier" or "log_loss"))
        {
            reading.NotYet(performance.ValueOf(Metric), performance.PathOf(Metric), $"Watching '{metric}' is not available yet. Available are rmse, mae, accuracy, brier and log_loss.");
        }
    }

    // Drift and errors have limits in every project, so only a file that names one can be known to want it.
    private static void CheckLog(Reading reading, ReadMap map)
    {
        if (map.Find(Log) is { } log && log.TryGet(Sample, out var sample) && sample == 0
            && Array.Find((Key[])[Drift, Performance, Latency, Errors], map.Has) is { } judged)
        {
            reading.Refuse(
                log.ValueOf(Sample), log.PathOf(Sample), $"A sample of 0 records nothing, and monitor.{judged.Name} is judged by what is recorded. Record a share, or remove {judged.Name}.");
        }
    }

    private static double QuantileOf(string percentile) => int.Parse(percentile.AsSpan(1), CultureInfo.InvariantCulture) / 100.0;

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
