using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Slipway.Access.Errors;
using Slipway.Access.Keys;

namespace Slipway.Access.Audit;

/// <summary>
/// Records every request that changes something. The entry is durable before the answer's first byte leaves, so whoever has an answer finds the entry; it is written for a
/// failure as for a success, and also when the caller has hung up.
/// </summary>
internal sealed class AuditMiddleware(RequestDelegate next, IAuditLog log, TimeProvider time)
{
    private const int LongestTarget = 400;

    // Synchronous where there is nothing to record: predictions pass here.
    public Task InvokeAsync(HttpContext context) => Requests.Changes(context.Request.Method, context.GetEndpoint()) ? RecordAsync(context) : next(context);

    private async Task RecordAsync(HttpContext context)
    {
        var recorded = false;
        var inChange = new AuditInChange((transaction, outcome) => AuditLog.AppendAsync(transaction, Entry(outcome)));
        context.Items[typeof(AuditInChange)] = inChange;
        var isGrpc = Requests.IsGrpc(context.Request);
        if (!isGrpc)
        {
            // Here the status is final: that of the handler, or that of the error which took its place.
            context.Response.OnStarting(() => AppendAsync(context.Response.StatusCode));
        }

        try
        {
            await next(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody will be answered, so no answer will start.
            await AppendAsync(Problems.ClientClosedRequest);
            throw;
        }
        catch (Exception e) when (isGrpc)
        {
            await AppendAsync(Problems.StatusOf(e));
            throw;
        }

        if (isGrpc)
        {
            // gRPC says how a call ended after its answer, in the trailers.
            await AppendAsync(GrpcOutcome(context));
        }
        else if (context.RequestAborted.IsCancellationRequested)
        {
            await AppendAsync(context.Response.StatusCode);
        }

        async Task AppendAsync(int outcome)
        {
            // An entry that committed with its change has said it. What fails after that is recorded too: the entry may have been undone with the change.
            if (recorded || (inChange.Appended && outcome < StatusCodes.Status400BadRequest))
            {
                return;
            }

            recorded = true;
            await log.AppendAsync(Entry(outcome), CancellationToken.None);
        }

        AuditEntry Entry(int outcome) => new(time.GetUtcNow(), context.GetActor(), Action(context), Target(context), Source(context), outcome);
    }

    private static string Action(HttpContext context) => context.GetEndpoint() switch
    {
        { } endpoint when endpoint.Metadata.GetMetadata<IEndpointNameMetadata>() is { } name => name.EndpointName,
        RouteEndpoint route => $"{context.Request.Method} {route.RoutePattern.RawText}",
        _ => context.Request.Method,
    };

    // The values in the route's order, as people write them: model@version.
    private static string Target(HttpContext context)
    {
        var target = context.Items[typeof(AuditEntry)] as string
            ?? (context.GetEndpoint() is RouteEndpoint route
                ? string.Join('@', route.RoutePattern.Parameters.Select(parameter => context.Request.RouteValues.TryGetValue(parameter.Name, out var value) ? value : null).OfType<string>())
                : "");
        var printable = string.Concat(KeySecret.Redact(target).Select(c => char.IsControl(c) ? '?' : c));
        return printable.Length <= LongestTarget ? printable : $"{printable[..LongestTarget]}…";
    }

    /// <summary>The caller's address.</summary>
    public static string Source(HttpContext context) => context.Connection.RemoteIpAddress switch
    {
        null => "local",
        { IsIPv4MappedToIPv6: true } address => address.MapToIPv4().ToString(),
        IPAddress address => address.ToString(),
    };

    private static int GrpcOutcome(HttpContext context)
    {
        var status = context.Response.Headers.GrpcStatus;
        if (status.Count == 0 && context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { } trailers)
        {
            status = trailers.GrpcStatus;
        }

        return int.TryParse(status.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? GrpcStatuses.ToHttp(code)
            : context.Response.StatusCode;
    }
}
