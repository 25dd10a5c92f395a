using System.Diagnostics;
using Slipway.Serving.Figures;

namespace Slipway.Serving.Tracing;

/// <summary>
/// Writes a request's spans when it has ended, from the timing that it carries anyway: nothing is opened or closed on the way, and without a listener (no OpenTelemetry) it is one comparison.
/// </summary>
internal static class RequestSpans
{
    /// <summary>The source's name, by which a listener subscribes.</summary>
    public const string SourceName = "Slipway.Serving";

    private static readonly ActivitySource Source = new(SourceName, ServingModule.Version);

    /// <summary>Writes the span of a call that has ended, below the caller's, and one for each of its stages, where somebody listens and sampling takes it.</summary>
    /// <returns>The trace in which the request can be found: its own, else that of a caller who says that it records; else none.</returns>
    public static ActivityTraceId Write(InferenceCall call, TimeProvider time)
    {
        if (Source.HasListeners())
        {
            return WriteSpans(call, time);
        }

        return (call.Trace.TraceFlags & ActivityTraceFlags.Recorded) == 0 ? default : call.Trace.TraceId;
    }

    private static ActivityTraceId WriteSpans(InferenceCall call, TimeProvider time)
    {
        // What runs around the request (the web server's own activity) is not exported, and would be a parent that nobody finds.
        var around = Activity.Current;
        Activity.Current = null;
        try
        {
            using var request = Source.StartActivity($"infer {call.Deployment}", ActivityKind.Server, call.Trace, startTime: call.ArrivedAt);
            if (request is null)
            {
                return default;
            }

            request.SetEndTime((call.ArrivedAt + call.Duration).UtcDateTime);
            Describe(request, call);
            var origin = call.Timing.Span(Stage.Parse).From;
            for (var stage = Stage.Parse; (int)stage < Stages.Count; stage++)
            {
                var (from, until) = call.Timing.Span(stage);
                if (until > from)
                {
                    using var part = Source.StartActivity(Stages.Name(stage), ActivityKind.Internal, request.Context, startTime: call.ArrivedAt + time.GetElapsedTime(origin, from));
                    part?.SetEndTime((call.ArrivedAt + time.GetElapsedTime(origin, until)).UtcDateTime);
                }
            }

            return request.Recorded ? request.TraceId : default;
        }
        finally
        {
            Activity.Current = around;
        }
    }

    private static void Describe(Activity span, InferenceCall call)
    {
        if (!span.IsAllDataRequested)
        {
            return;
        }

        span.SetTag("slipway.deployment", call.Deployment);
        span.SetTag("slipway.prediction.id", call.Id);
        if (call.Version is { } version)
        {
            span.SetTag("slipway.model", version.Model);
            span.SetTag("slipway.model.version", version.Version.ToString());
            span.SetTag("slipway.role", call.Role);
        }

        switch (call.Failure)
        {
            case CallFailure.None:
                span.SetTag("slipway.rows", call.Rows);
                span.SetTag("slipway.batch.rows", call.BatchRows);
                span.SetTag("slipway.from_cache", call.FromCache);
                break;
            case CallFailure.Caller:
                // By OpenTelemetry's conventions a server's span is no error when the request was wrong.
                span.SetTag("error.type", "caller");
                break;
            default:
                span.SetTag("error.type", "server");
                span.SetStatus(ActivityStatusCode.Error);
                break;
        }
    }
}
