using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Slipway.Serving.Tracing;

/// <summary>Reads whose trace a request belongs to (W3C Trace Context), whatever its protocol: gRPC's metadata are the request's headers too.</summary>
internal static class TraceParent
{
    /// <summary>Sets <see cref="InferenceCall.Trace"/>. A header that is none is left alone, as the specification asks.</summary>
    public static void Read(IHeaderDictionary headers, InferenceCall call)
    {
        var parent = headers.TraceParent;
        if (parent.Count == 1 && ActivityContext.TryParse(parent[0], headers.TraceState.ToString() is { Length: > 0 } state ? state : null, isRemote: true, out var context))
        {
            call.Trace = context;
        }
    }
}
