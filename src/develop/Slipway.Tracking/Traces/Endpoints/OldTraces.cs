using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>Version 2 of the interface, on the same traces: one is started, gets an id, and is ended.</summary>
internal static class OldTraces
{
    private const string All = "2.0/mlflow/traces";

    public static void Map(IEndpointRouteBuilder routes, TraceReader reader, Database database, TimeProvider time)
    {
        routes.MapMlflow("POST", All, "StartTrace", Permission.Develop, call => StartAsync(call, reader, time.GetUtcNow()));
        routes.MapTrace("PATCH", TraceRoutes.OneOldTrace, "EndTrace", Permission.Develop, (call, context) => EndAsync(call, context, reader, time.GetUtcNow()));
        routes.MapTrace("GET", $"{TraceRoutes.OneOldTrace}/info", "GetTraceInfo", Permission.Read, async (call, context) =>
            await AnswerAsync(call, await reader.GetAsync(context.TraceId(), call.Cancellation)));
        routes.MapMlflow("GET", All, "SearchTraces", Permission.Read, call => SearchTraces.HandleAsync(
            call, call.Fields.Texts("experiment_ids") is { Count: > 0 } ids ? ids : throw call.Fields.Missing("experiment_ids"), reader, database, (json, content) => content.WriteOldInfo(json)));
    }

    private static async Task StartAsync(MlflowCall call, TraceReader reader, DateTimeOffset now)
    {
        var fields = call.Fields;
        var experimentId = fields.RequiredText("experiment_id");
        var traceId = $"tr-{Guid.CreateVersion7(now):N}";
        var trace = new Trace(0, traceId, 0, null, fields.Moment("timestamp_ms") ?? now.ToUnixTimeMilliseconds(), null, null, TraceState.InProgress, null, null, IsTold: true);
        var told = new TraceContent(trace) { Metadata = [.. fields.TagList("request_metadata")], Tags = [.. fields.TagList("tags")] };
        await call.ChangeAsync(traceId, async transaction =>
        {
            var experiment = (await ExperimentStore.GetAsync(transaction, experimentId)).DemandActive();
            await TraceStore.TellAsync(transaction, told with { Trace = trace with { Experiment = experiment.Id } }, experiment);
            return traceId;
        });
        await AnswerAsync(call, await reader.GetAsync(traceId, call.Cancellation));
    }

    private static async Task EndAsync(MlflowCall call, HttpContext context, TraceReader reader, DateTimeOffset now)
    {
        var fields = call.Fields;
        var traceId = context.TraceId();
        var (end, state) = (fields.Moment("timestamp_ms") ?? now.ToUnixTimeMilliseconds(), fields.Choice<OldTraceStatus>("status") ?? OldTraceStatus.TraceStatusUnspecified);
        var (metadata, tags) = (fields.TagList("request_metadata"), fields.TagList("tags"));
        await call.ChangeAsync(traceId, async transaction =>
        {
            var trace = await TraceStore.GetAsync(transaction, traceId);
            if (end < trace.RequestTime)
            {
                throw fields.Invalid("timestamp_ms", end.ToString(CultureInfo.InvariantCulture), string.Create(CultureInfo.InvariantCulture, $"The trace {traceId} began at {trace.RequestTime}."));
            }

            await TraceStore.SaveAsync(transaction, trace with { EndTime = end, Duration = end - trace.RequestTime, State = (TraceState)state, IsTold = true });
            await TraceStore.SetMetadataAsync(transaction, trace, metadata);
            await TraceStore.SetTagsAsync(transaction, trace, tags);
            return traceId;
        });
        await AnswerAsync(call, await reader.GetAsync(traceId, call.Cancellation));
    }

    private static Task AnswerAsync(MlflowCall call, TraceContent content) => call.AnswerAsync(json =>
    {
        json.WritePropertyName("trace_info");
        content.WriteOldInfo(json);
    });
}
