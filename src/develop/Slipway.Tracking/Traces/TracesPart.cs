using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Storage;
using Slipway.Tracking.Contract;
using Slipway.Tracking.Migrations;
using Slipway.Tracking.Purging;
using Slipway.Tracking.Traces.Endpoints;
using Slipway.Tracking.Traces.Spans;

namespace Slipway.Tracking.Traces;

/// <summary>Traces of applications: what is said of them, their spans, and what people and judges say of them.</summary>
internal static class TracesPart
{
    private const string OfExperiment = "trace in (select id from traces where experiment in @ids)";

    public static IServiceCollection AddTraces(this IServiceCollection services) => services
        .AddSingleton(new SchemaPart(typeof(TracesPart).Assembly, M2026113030_Traces.Number))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "trace_spans", "trace, span_id", OfExperiment))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "trace_assessments", "position", OfExperiment))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "trace_runs", "trace, run_id", OfExperiment))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "trace_metadata", "trace, key", OfExperiment))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "trace_tags", "trace, key", OfExperiment))
        .AddSingleton(new OwnedRows(RowOwner.Experiment, "traces", "id", "experiment in @ids"))
        .AddSingleton(TraceContract.All)
        .AddSingleton<TraceDeletion>()
        .AddSingleton<TraceReader>()
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
        QueryTraceMetrics.Map(routes, database);
        CalculateTraceFilterCorrelation.Map(routes, database);
        OldTraces.Map(routes, reader, database, time);
    }
}
