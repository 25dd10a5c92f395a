using System.Globalization;
using Slipway.Monitoring.Log;

namespace Slipway.Watch.Tests.Monitoring.Outcomes;

/// <summary>Batches of predictions with one input, <c>temp</c>, and one score.</summary>
internal sealed record Rows(params Row[] All)
{
    public string Deployment { get; init; } = "bikes";

    public bool Candidate { get; init; }

    public string? Rollout { get; init; }

    public double Weight { get; init; } = 0.25;

    public string[] Segments { get; init; } = [];

    public static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public PredictionBatch ToBatch(DateTimeOffset arrival) => new()
    {
        Source = new PredictionSource(
            Deployment, Candidate ? StatedReleases.Candidate : StatedReleases.Stable, Candidate ? "candidate" : "stable", Rollout, Rollout is null ? 0 : Weight),
        Rows = All.Length,
        Ids = [.. All.Select(r => r.Id)],
        EventTimes = [.. All.Select(r => (r.At ?? arrival).UtcTicks)],
        Arrivals = [.. All.Select(_ => arrival.UtcTicks)],
        Milliseconds = [.. All.Select(_ => 1.5)],
        Failed = [.. All.Select(r => r.Failed)],
        Keys = [.. All.Select(r => r.Key)],
        Units = [.. All.Select(r => r.UnitIn(Rollout))],
        Segments = Segments.ToDictionary(name => name, _ => All.Select(r => r.Segment).ToArray()),
        Inputs = [new NumberValues("temp", [.. All.Select(r => r.Failed ? double.NaN : r.Temp)])],
        Outputs = [All.Any(r => r.Scores is not null)
            ? new VectorValues("rentals", [.. All.Select(r => r.Scores)])
            : new NumberValues("rentals", [.. All.Select(r => r.Failed ? double.NaN : r.Score)])],
    };
}

/// <summary>One prediction.</summary>
internal sealed record Row(string Id, double Score = 10)
{
    /// <summary>When it happened; null is its arrival.</summary>
    public DateTimeOffset? At { get; init; }

    public double Temp { get; init; } = 0.5;

    public double[]? Scores { get; init; }

    public bool Failed { get; init; }

    public string? Key { get; init; }

    public string? Segment { get; init; }

    public ulong UnitIn(string? rollout) => rollout is null ? 0 : Slipway.Rollouts.Releases.RolloutUnits.Hash(rollout, Key ?? Id);
}
