using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.Traces.Assessments;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>A client tells a whole trace, mostly once it has ended. Its spans came before, or come as a file.</summary>
internal static class StartTrace
{
    public static void Map(IEndpointRouteBuilder routes, TraceReader reader, TimeProvider time) => routes.MapMlflow(
        "POST", "3.0/mlflow/traces", "StartTraceV3", Permission.Develop, call => HandleAsync(call, reader, time));

    private static async Task HandleAsync(MlflowCall call, TraceReader reader, TimeProvider time)
    {
        var info = call.Fields.RequiredMessage("trace").RequiredMessage("trace_info");
        var experimentId = info.RequiredMessage("trace_location").ExperimentId();
        var told = Read(info, time.GetUtcNow().ToUnixTimeMilliseconds());
        await call.ChangeAsync(told.Trace.TraceId, async transaction =>
        {
            var experiment = (await ExperimentStore.GetAsync(transaction, experimentId)).DemandActive();
            await TraceStore.TellAsync(transaction, told with { Trace = told.Trace with { Experiment = experiment.Id } }, experiment);
            return experiment.Id;
        });
        await call.AnswerTraceAsync(await reader.GetAsync(told.Trace.TraceId, call.Cancellation));
    }

    private static TraceContent Read(MlflowFields info, long now)
    {
        var traceId = info.NewTraceId("trace_id");
        var (start, duration) = (info.Timestamp("request_time"), info.Duration("execution_duration"));
        var clientRequestId = info.Limited("client_request_id", TraceLimits.ClientRequestId);
        var trace = new Trace(
            0,
            traceId,
            0,
            clientRequestId.Length > 0 ? clientRequestId : null,
            start ?? now,
            duration,
            (start ?? now) + duration,
            info.Choice<TraceState>("state") ?? TraceState.StateUnspecified,
            Preview(info, "request"),
            Preview(info, "response"),
            IsTold: true);
        return new TraceContent(trace)
        {
            IsTimeTold = start is not null,
            Metadata = [.. info.TagMap("trace_metadata")],
            Tags = [.. info.TagMap("tags")],
            Assessments = [.. info.Messages("assessments").Select(assessment => assessment.NewAssessment(traceId, now))],
        };
    }

    // Older clients send the whole text under the shorter name.
    private static string? Preview(MlflowFields info, string what) => TraceLimits.Cut(info.Text($"{what}_preview") ?? info.Text(what), TraceLimits.Preview);

    /// <summary>The experiment that a trace's location names.</summary>
    public static string ExperimentId(this MlflowFields location)
    {
        if (location.Choice<TraceLocationType>("type") is { } type and not (TraceLocationType.MlflowExperiment or TraceLocationType.TraceLocationTypeUnspecified))
        {
            throw location.Invalid("type", ((int)type).ToString(CultureInfo.InvariantCulture), "Traces are kept in experiments: it is MLFLOW_EXPERIMENT.");
        }

        return location.RequiredMessage("mlflow_experiment").RequiredText("experiment_id");
    }

    /// <summary>Answers with one trace, without its spans.</summary>
    public static Task AnswerTraceAsync(this MlflowCall call, TraceContent content) => call.AnswerAsync(json =>
    {
        json.WriteStartObject("trace");
        content.WriteInfo(json, "trace_info");
        json.WriteEndObject();
    });
}

/// <summary>Where a trace can be, with MLflow's numbers.</summary>
internal enum TraceLocationType
{
    TraceLocationTypeUnspecified = 0,
    MlflowExperiment = 1,
    InferenceTable = 2,
}
