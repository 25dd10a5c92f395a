using System.Diagnostics;
using System.Diagnostics.Metrics;
using Slipway.Core.Names;

namespace Slipway.Serving.Figures;

/// <summary>Holds one recorder for each version that a deployment has answered with, and shows them to OpenTelemetry.</summary>
internal sealed class ServingFigures : IServingFigures, IDisposable
{
    /// <summary>
    /// The most versions that are remembered per deployment, newest first. Each is a series of its own in the metrics, and a deployment that is retrained every night
    /// would otherwise add one every night.
    /// </summary>
    public const int MaxVersions = 16;

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<VersionRecorder>> _recorders = [];

    public ServingFigures(TimeProvider time, IMeterFactory meters)
    {
        _time = time;
        _meter = meters.Create(new MeterOptions("Slipway.Serving"));

        // Observed when somebody exports, so that nothing is added to a request.
        _meter.CreateObservableCounter("slipway.serving.requests", () => Observe(t => t.Requests), "{request}", "Requests answered, errors included.");
        _meter.CreateObservableCounter("slipway.serving.errors", () => Observe(t => t.Errors), "{request}", "Requests that were answered with an error.");
        _meter.CreateObservableCounter("slipway.serving.rows", () => Observe(t => t.Rows), "{row}", "Rows scored.");
        _meter.CreateObservableCounter("slipway.serving.time", () => Observe(t => t.TotalSeconds), "s", "Time spent on requests.");
        _meter.CreateObservableCounter("slipway.serving.stage.time", ObserveStages, "s", "Time spent on the stages of requests.");
        _meter.CreateObservableCounter("slipway.serving.cache.hits", () => ObserveCache(t => t.Hits), "{request}", "Requests that were answered without a run of their own.");
        _meter.CreateObservableCounter("slipway.serving.cache.misses", () => ObserveCache(t => t.Misses), "{request}", "Requests that were run although their deployment keeps answers.");
        _meter.CreateObservableGauge(
            "slipway.serving.request.duration.p95", () => Observe(t => t.Milliseconds(0.95) / 1000 ?? 0), "s", "The 95 % quantile of a request's time.");
    }

    /// <summary>What was loaded.</summary>
    public LoadFigures Loads { get; } = new();

    public IReadOnlyList<VersionFigures> Read(string deployment)
    {
        VersionRecorder[] recorders;
        lock (_gate)
        {
            recorders = _recorders.TryGetValue(deployment, out var list) ? [.. list] : [];
        }

        return [.. recorders.Select(r => r.Read()).Where(f => f.Requests > 0)];
    }

    /// <summary>Every recorder with its deployment's name, by name, then newest first.</summary>
    public IReadOnlyList<(string Deployment, VersionRecorder Recorder)> List()
    {
        lock (_gate)
        {
            return [.. _recorders.OrderBy(r => r.Key, StringComparer.Ordinal).SelectMany(r => r.Value, (r, recorder) => (r.Key, recorder))];
        }
    }

    /// <summary>The recorder of a version, which becomes the deployment's newest. A version that comes back goes on counting where it was.</summary>
    public VersionRecorder GetRecorder(string deployment, VersionReference version)
    {
        lock (_gate)
        {
            if (!_recorders.TryGetValue(deployment, out var list))
            {
                _recorders[deployment] = list = [];
            }

            var recorder = list.Find(r => r.Version == version) ?? new VersionRecorder(version, _time);
            list.Remove(recorder);
            list.Insert(0, recorder);
            if (list.Count > MaxVersions)
            {
                list.RemoveAt(MaxVersions);
            }

            return recorder;
        }
    }

    /// <summary>What every version did in each role that it had, with its deployment's name; in the order of <see cref="List"/>.</summary>
    public IEnumerable<(string Deployment, StageRecorder Recorder)> ListStages() => List().SelectMany(r => r.Recorder.ListStages(), (r, stages) => (r.Deployment, stages));

    /// <summary>Says which role each version of a deployment has from now on; those that are not named have none any more.</summary>
    public void SetRoles(string deployment, IReadOnlyDictionary<VersionReference, string> roles)
    {
        lock (_gate)
        {
            foreach (var recorder in _recorders.GetValueOrDefault(deployment, []))
            {
                recorder.Role = roles.GetValueOrDefault(recorder.Version);
            }
        }
    }

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<double>> ObserveStages()
    {
        foreach (var (deployment, recorder) in ListStages())
        {
            var totals = recorder.Read();
            for (var stage = Stage.Parse; (int)stage < Stages.Count; stage++)
            {
                var tags = Tags(deployment, recorder.Version);
                tags.Add("slipway.role", recorder.Role);
                tags.Add("slipway.stage", Stages.Name(stage));
                yield return new Measurement<double>(totals.Seconds[(int)stage], tags);
            }
        }
    }

    private IEnumerable<Measurement<long>> ObserveCache(Func<StageTotals, long> value)
    {
        foreach (var (deployment, recorder) in ListStages())
        {
            var tags = Tags(deployment, recorder.Version);
            tags.Add("slipway.role", recorder.Role);
            yield return new Measurement<long>(value(recorder.Read()), tags);
        }
    }

    private IEnumerable<Measurement<T>> Observe<T>(Func<Tally, T> value)
        where T : struct
    {
        foreach (var (deployment, recorder) in List())
        {
            yield return new Measurement<T>(value(recorder.ReadTotals().Sum), Tags(deployment, recorder.Version));
        }
    }

    private static TagList Tags(string deployment, VersionReference version) => new()
    {
        { "slipway.deployment", deployment },
        { "slipway.model", version.Model },
        { "slipway.model.version", version.Version.ToString() },
    };
}
