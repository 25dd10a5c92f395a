using System.Globalization;
using Slipway.Core.Errors;
using Slipway.Core.Text;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces;

/// <summary>
/// One request through an application that is traced. <see cref="Id"/> is the database's own number, <see cref="TraceId"/> what clients know it by. Moments are milliseconds since 1970,
/// <see cref="Duration"/> is milliseconds. <see cref="IsTold"/> is true once a client has said what holds of the trace; until then it is what its spans show.
/// </summary>
internal sealed record Trace(
    long Id,
    string TraceId,
    long Experiment,
    string? ClientRequestId,
    long RequestTime,
    long? Duration,
    long? EndTime,
    TraceState State,
    string? RequestPreview,
    string? ResponsePreview,
    bool IsTold)
{
    /// <summary>Where its spans lie, when they are no rows here: the artifacts' folder that its tag names.</summary>
    public static string ArtifactLocation(Experiment experiment, string traceId) => $"{experiment.ArtifactLocation}/traces/{traceId}/artifacts";

    /// <summary>This trace, with what is told of it now.</summary>
    public Trace With(Trace told, bool isTimeTold) => this with
    {
        ClientRequestId = told.ClientRequestId ?? ClientRequestId,
        RequestTime = isTimeTold ? told.RequestTime : RequestTime,
        Duration = told.Duration ?? Duration,
        EndTime = told.EndTime ?? EndTime,
        State = told.State == TraceState.StateUnspecified ? State : told.State,
        RequestPreview = told.RequestPreview ?? RequestPreview,
        ResponsePreview = told.ResponsePreview ?? ResponsePreview,
        IsTold = true,
    };

    /// <summary>Refuses to take a trace into another experiment than the one it is in.</summary>
    public Trace DemandIn(Experiment experiment) => Experiment == experiment.Id
        ? this
        : throw new SlipwayException(
            ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"The trace {TraceId} is in experiment {Experiment} and cannot be logged to experiment {experiment.Id}."));

    public static SlipwayException NotFound(string traceId) => new(ErrorKind.NotFound, $"Trace with ID '{Excerpt.Of(traceId)}' not found.");
}

/// <summary>How a trace stands, with MLflow's numbers.</summary>
internal enum TraceState
{
    StateUnspecified = 0,
    Ok = 1,
    Error = 2,
    InProgress = 3,
}

/// <summary>How a trace stands, as version 2 names it; the numbers are those of <see cref="TraceState"/>.</summary>
internal enum OldTraceStatus
{
    TraceStatusUnspecified = 0,
    Ok = 1,
    Error = 2,
    InProgress = 3,
}
