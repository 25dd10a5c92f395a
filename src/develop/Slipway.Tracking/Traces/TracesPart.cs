using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Tracking.Migrations;
using Slipway.Tracking.Traces.Endpoints;
using Slipway.Tracking.Traces.Spans;

namespace Slipway.Tracking.Traces;

/// <summary>Traces of applications: what is said of them, their spans, and what people and judges say of them.</summary>
internal static class TracesPart
{
    public static IServiceCollection AddTraces(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(TracesPart).Assembly, M2026113030_Traces.Number))
        .AddSingleton<TraceReader>()
        .AddSingleton<TraceDeletion>()
        .AddSingleton<SpanReader>();

    public static void MapTraces(this IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var reader = services.GetRequiredService<TraceReader>();
        var database = services.GetRequiredService<Database>();
        var time = services.GetRequiredService<TimeProvider>();
        StartTrace.Map(routes, reader, time);
        GetTrace.Map(routes, reader);
        GetSpans.Map(routes, reader, services.GetRequiredService<SpanReader>());
        ExportSpans.Map(routes, database);
        SearchTraces.Map(routes, reader, database);
        TraceTags.Map(routes);
        DeleteTraces.Map(routes, services.GetRequiredService<TraceDeletion>());
        TraceAssessments.Map(routes, reader, time);
        LinkTraces.Map(routes);
        OldTraces.Map(routes, reader, database, time);
    }
}
