using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;
using Slipway.Storage;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>Clients of both versions set and delete tags, under the address of their version.</summary>
internal static class TraceTags
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        foreach (var (path, version) in new[] { (TraceRoutes.OneTrace, "V3"), (TraceRoutes.OneOldTrace, "") })
        {
            routes.MapTrace("PATCH", $"{path}/tags", $"SetTraceTag{version}", Permission.Develop, (call, context) =>
            {
                var tag = new Tag(call.Fields.RequiredLimited("key", Limits.Key), call.Fields.Limited("value", Limits.TagValue));
                return ChangeAsync(call, context, (transaction, trace) => TraceStore.SetTagsAsync(transaction, trace, [tag]));
            });
            routes.MapTrace("DELETE", $"{path}/tags", $"DeleteTraceTag{version}", Permission.Develop, (call, context) =>
            {
                // A deletion may come without a body, and then says in the query what it deletes.
                var key = call.Fields.Text("key") is { Length: > 0 } told ? told : (string?)context.Request.Query["key"] is { Length: > 0 } asked ? asked : throw call.Fields.Missing("key");
                return ChangeAsync(call, context, (transaction, trace) => TraceStore.DeleteTagAsync(transaction, trace, key));
            });
        }
    }

    private static async Task ChangeAsync(MlflowCall call, HttpContext context, Func<WriteTransaction, Trace, Task> change)
    {
        var traceId = context.TraceId();
        await call.ChangeAsync(traceId, async transaction =>
        {
            await change(transaction, await TraceStore.GetAsync(transaction, traceId));
            return traceId;
        });
        await call.AnswerAsync();
    }
}
