using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Slipway.Access;
using Slipway.Serving.Figures;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Endpoints;

internal static class GetMetrics
{
    private const string OpenMetricsType = "application/openmetrics-text";

    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/metrics", Handle)
        .WithTags("Server")
        .WithName("GetMetrics")
        .WithSummary("Figures for Prometheus, in its own format or in OpenMetrics'")
        .Needs(Permission.Read);

    private static ContentHttpResult Handle(HttpRequest request, ServingFigures figures, VersionServer versions, IEnumerable<IServerCounters> others)
    {
        var openMetrics = WantsOpenMetrics(request.Headers.Accept);
        return TypedResults.Text(
            ServingMetrics.Write(figures, versions.Snapshot, others.SelectMany(other => other.Read()), openMetrics), openMetrics ? MetricsText.OpenMetrics : MetricsText.Prometheus);
    }

    // Prometheus lists several formats by preference. Whoever names none, or anything at all, has Prometheus' own, which is older and better known.
    private static bool WantsOpenMetrics(StringValues accept)
    {
        if (!MediaTypeHeaderValue.TryParseList(accept, out var wanted))
        {
            return false;
        }

        double open = 0;
        double plain = 0;
        foreach (var type in wanted)
        {
            if (type.MediaType.Equals(OpenMetricsType, StringComparison.OrdinalIgnoreCase) && Version(type) is null or "1.0.0")
            {
                open = Math.Max(open, type.Quality ?? 1);
            }
            else if (type.MediaType.Equals("text/plain", StringComparison.OrdinalIgnoreCase))
            {
                plain = Math.Max(plain, type.Quality ?? 1);
            }
        }

        return open > plain;
    }

    private static string? Version(MediaTypeHeaderValue type) => type.Parameters.FirstOrDefault(p => p.Name.Equals("version", StringComparison.OrdinalIgnoreCase))?.GetUnescapedValue().ToString();
}
