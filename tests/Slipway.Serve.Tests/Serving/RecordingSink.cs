using System.Collections.Concurrent;
using Slipway.Core.Names;
using Slipway.Rollouts;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving;

/// <summary>Keeps what it is told.</summary>
internal sealed class RecordingSink : IPredictionSink
{
    private readonly ConcurrentQueue<Record> _records = new();

    public IReadOnlyCollection<Record> Records => _records;

    /// <summary>What was told since the last time.</summary>
    public IReadOnlyList<Record> Take()
    {
        var taken = new List<Record>();
        while (_records.TryDequeue(out var record))
        {
            taken.Add(record);
        }

        return taken;
    }

    void IPredictionSink.Record(InferenceCall call) => _records.Enqueue(new Record(
        call.Id,
        call.Deployment,
        call.Version,
        call.Role,
        call.Candidate,
        call.Randomised,
        call.Failure,
        call.ArrivedAt,
        call.Duration,
        call.Rows,
        [.. Enumerable.Range(0, call.Inputs.Count).Select(i => call.Inputs[i].Name)],
        call.Outputs.Count > 0 ? call.Outputs[0].Values<double>()[0] : null,
        [.. call.Fields.StickyKeys],
        [.. call.Fields.EventTimes],
        [.. call.Fields.Segments.Select(s => $"{s.Key}={s.Value[0]}")]));

    /// <summary>A copy of a call.</summary>
    public sealed record Record(
        string Id,
        string Deployment,
        VersionReference? Version,
        string? Role,
        CandidateState? Candidate,
        bool Randomised,
        CallFailure Failure,
        DateTimeOffset ArrivedAt,
        TimeSpan Duration,
        int Rows,
        IReadOnlyList<string> Inputs,
        double? Output,
        IReadOnlyList<string> Keys,
        IReadOnlyList<DateTimeOffset> EventTimes,
        IReadOnlyList<string> Segments);
}
