using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Access;
using Slipway.Serving.Figures;

namespace Slipway.Serving.Endpoints;

internal static class GetMetrics
{
    public static void Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/metrics", Handle)
        .WithTags("Server")
        .WithName("GetMetrics")
        .WithSummary("Figures for Prometheus")
        .Needs(Permission.Read);

    private static ContentHttpResult Handle(ServingFigures figures, IEnumerable<IServerCounters> others) =>
        TypedResults.Text(PrometheusText.Write(figures, others.SelectMany(other => other.Read())), PrometheusText.ContentType);
}
