using System.Globalization;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Core.Errors;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>What is said of traces, without their spans.</summary>
internal static class GetTrace
{
    public static void Map(IEndpointRouteBuilder routes, TraceReader reader)
    {
        routes.MapTrace("GET", TraceRoutes.OneTrace, "GetTraceInfoV3", Permission.Read, async (call, context) =>
            await call.AnswerTraceAsync(await reader.GetAsync(context.TraceId(), call.Cancellation)));
        routes.MapMlflow("POST", "3.0/mlflow/traces/batchGetInfos", "BatchGetTraceInfos", Permission.Read, async call =>
        {
            var ids = await reader.IdsAsync(call.Fields.TraceIds(), call.Cancellation);
            await call.StreamAsync(json => call.WriteTracesAsync(json, "trace_infos", ids, reader, (writer, content) => content.WriteInfo(writer)));
        });
    }

    /// <summary>The ids of several traces.</summary>
    public static IReadOnlyList<string> TraceIds(this MlflowFields fields)
    {
        var ids = fields.Texts("trace_ids");
        return ids.Count switch
        {
            0 => throw fields.Missing("trace_ids"),
            <= TraceLimits.BatchGet => ids,
            _ => throw new SlipwayException(
                ErrorKind.InvalidInput, string.Create(CultureInfo.InvariantCulture, $"'trace_ids' names {ids.Count} traces; at most {TraceLimits.BatchGet} are answered at once.")),
        };
    }
}
