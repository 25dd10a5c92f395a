using Slipway.Serving.Engine;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Figures;

/// <summary>What <c>/metrics</c> says of serving. Labels are deployments, models, their versions and roles, all bounded, so the number of series is too.</summary>
internal static class ServingMetrics
{
    public static string Write(ServingFigures figures, RoutingSnapshot snapshot, IEnumerable<ServerCounter> others, bool openMetrics)
    {
        var text = new MetricsText(openMetrics);
        WriteRequests(text, figures);
        WriteStages(text, figures);
        WriteRunners(text, snapshot);
        WriteCaches(text, figures, snapshot);
        WriteLoads(text, figures.Loads.Read());
        foreach (var counter in others)
        {
            text.Counter(counter.Name, counter.Help);
            text.Value("", counter.Value);
        }

        return text.End();
    }

    private static void WriteRequests(MetricsText text, ServingFigures figures)
    {
        var series = figures.List().Select(f => (Labels: Labels(f.Deployment, f.Recorder), Totals: f.Recorder.ReadTotals())).ToList();
        text.Counter("slipway_requests_total", "Requests answered, errors included.");
        series.ForEach(s => text.Value(s.Labels, s.Totals.Sum.Requests));
        text.Counter("slipway_request_errors_total", "Requests that were answered with an error.");
        series.ForEach(s => text.Value(s.Labels, s.Totals.Sum.Errors));
        text.Counter("slipway_rows_total", "Rows scored.");
        series.ForEach(s => text.Value(s.Labels, s.Totals.Sum.Rows));
        text.Histogram("slipway_request_duration_seconds", "Time of a request in the server.");
        series.ForEach(s => text.Buckets(s.Labels, DurationBuckets.Bounds, s.Totals.Histogram, s.Totals.Sum.TotalSeconds, s.Totals.Exemplars));
    }

    private static void WriteStages(MetricsText text, ServingFigures figures)
    {
        text.Histogram("slipway_request_stage_duration_seconds", "Where the time of a request goes: parse, queue, batch, run, write.");
        foreach (var (deployment, recorder) in figures.ListStages())
        {
            var totals = recorder.Read();
            for (var stage = Stage.Parse; (int)stage < Stages.Count; stage++)
            {
                text.Buckets(
                    $"{Labels(deployment, recorder)},stage=\"{Stages.Name(stage)}\"", StageBuckets.Bounds, totals.Buckets[(int)stage], totals.Seconds[(int)stage]);
            }
        }
    }

    private static void WriteRunners(MetricsText text, RoutingSnapshot snapshot)
    {
        var runners = snapshot.Deployments.OrderBy(d => d.Name, StringComparer.Ordinal).SelectMany(d => d.Versions, (d, v) => (Labels: Labels(d.Name, v), v.Loaded.Runner)).ToList();
        if (runners.Count == 0)
        {
            return;
        }

        text.Gauge("slipway_queue_depth", "Requests that wait for their turn.");
        runners.ForEach(r => text.Value(r.Labels, r.Runner.Waiting));
        text.Counter("slipway_requests_refused_total", "Requests that were refused at once, because they would have waited too long.");
        runners.ForEach(r => text.Value(r.Labels, r.Runner.Refused));
        text.Counter("slipway_requests_timed_out_total", "Requests that waited as long as they may and were not run.");
        runners.ForEach(r => text.Value(r.Labels, r.Runner.TimedOut));
        text.Histogram("slipway_batch_rows", "Rows of a run of the model.");
        double[] bounds = [.. BatchSizes.Bounds.Select(b => (double)b)];
        foreach (var (labels, runner) in runners)
        {
            long[] counts = [.. Enumerable.Range(0, bounds.Length + 1).Select(runner.BatchSizes.Count)];
            text.Buckets(labels, bounds, counts, runner.BatchSizes.Rows);
        }
    }

    private static void WriteCaches(MetricsText text, ServingFigures figures, RoutingSnapshot snapshot)
    {
        var counted = figures.ListStages().Select(f => (Labels: Labels(f.Deployment, f.Recorder), Totals: f.Recorder.Read())).Where(f => f.Totals.Hits + f.Totals.Misses > 0).ToList();
        if (counted.Count > 0)
        {
            text.Counter("slipway_cache_hits_total", "Requests that were answered without a run of their own.");
            counted.ForEach(c => text.Value(c.Labels, c.Totals.Hits));
            text.Counter("slipway_cache_misses_total", "Requests that were run although their deployment keeps answers.");
            counted.ForEach(c => text.Value(c.Labels, c.Totals.Misses));
        }

        var held = snapshot.Deployments.OrderBy(d => d.Name, StringComparer.Ordinal)
            .SelectMany(d => d.Versions, (d, v) => (Labels: Labels(d.Name, v), v.Cache)).Where(v => v.Cache is not null).Select(v => (v.Labels, Figures: v.Cache!.Read())).ToList();
        if (held.Count > 0)
        {
            text.Gauge("slipway_cache_answers", "Answers that are kept.");
            held.ForEach(c => text.Value(c.Labels, c.Figures.Answers));
            text.Gauge("slipway_cache_bytes", "Bytes of kept answers, with the inputs that they are compared by.");
            held.ForEach(c => text.Value(c.Labels, c.Figures.Bytes));
            text.Counter("slipway_cache_evictions_total", "Answers that went because room was needed, since the version has its role.");
            held.ForEach(c => text.Value(c.Labels, c.Figures.Evictions));
        }
    }

    private static void WriteLoads(MetricsText text, IReadOnlyList<ModelLoads> loads)
    {
        text.Counter("slipway_model_loads_total", "Versions of a model that were loaded.");
        Each(m => m.Loads);
        text.Counter("slipway_model_load_failures_total", "Versions that could not be loaded.");
        Each(m => m.Failures);
        text.Counter("slipway_model_load_seconds_total", "Time that loads took, warm-up included.");
        Each(m => m.Seconds);
        text.Counter("slipway_model_evictions_total", "Versions that were let go.");
        Each(m => m.Evictions);
        text.Gauge("slipway_models_loaded", "Versions of a model that are in memory.");
        Each(m => m.InMemory);

        void Each(Func<ModelLoads, double> value)
        {
            foreach (var model in loads)
            {
                text.Value(MetricsText.Label("model", model.Model), value(model));
            }
        }
    }

    private static string Labels(string deployment, VersionRecorder recorder) =>
        $"{MetricsText.Label("deployment", deployment)},{MetricsText.Label("model", recorder.Version.Model)},{MetricsText.Label("version", recorder.Version.Version.ToString())}";

    private static string Labels(string deployment, StageRecorder recorder) =>
        $"{MetricsText.Label("deployment", deployment)},{MetricsText.Label("model", recorder.Version.Model)},{MetricsText.Label("version", recorder.Version.Version.ToString())},{MetricsText.Label("role", recorder.Role)}";

    private static string Labels(string deployment, ServedVersion version) =>
        $"{MetricsText.Label("deployment", deployment)},{MetricsText.Label("model", version.Reference.Model)},{MetricsText.Label("version", version.Reference.Version.ToString())},{MetricsText.Label("role", version.Role)}";
}
