using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Mlflow;

namespace Slipway.Tracking.Traces.Endpoints;

/// <summary>Routes whose address names a trace.</summary>
internal static class TraceRoutes
{
    public const string OneTrace = "3.0/mlflow/traces/{trace_id}";

    public const string OneOldTrace = "2.0/mlflow/traces/{trace_id}";

    public static void MapTrace(this IEndpointRouteBuilder routes, string method, string path, string name, Permission permission, Func<MlflowCall, HttpContext, Task> handle) =>
        routes.MapMlflowContent([method], path, name, permission, async context =>
        {
            using var call = await context.ReadMlflowAsync();
            await handle(call, context);
        });

    /// <summary>A part of the address.</summary>
    public static string Named(this HttpContext context, string part) => (string)context.Request.RouteValues[part]!;

    public static string TraceId(this HttpContext context) => context.Named("trace_id");
}
