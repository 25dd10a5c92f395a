using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Mlflow;
using Slipway.Storage;
using Slipway.Tracking.Artifacts;
using Slipway.Tracking.Contract;
using Slipway.Tracking.Endpoints;
using Slipway.Tracking.EvaluationDatasets;
using Slipway.Tracking.Experiments;
using Slipway.Tracking.GraphQl;
using Slipway.Tracking.Inputs;
using Slipway.Tracking.Lineages;
using Slipway.Tracking.LoggedModels;
using Slipway.Tracking.Migrations;
using Slipway.Tracking.Purging;
using Slipway.Tracking.Reading;
using Slipway.Tracking.Recording;
using Slipway.Tracking.Runs;
using Slipway.Tracking.Scorers;
using Slipway.Tracking.Traces;

namespace Slipway.Tracking;

/// <summary>Tracking: experiments and runs, with the protocol of MLflow's clients.</summary>
public static class TrackingModule
{
    /// <summary>Adds what tracking needs.</summary>
    public static IServiceCollection AddTracking(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(new SchemaPart(typeof(TrackingModule).Assembly, M2026113070_MetricBlocks.Number));
        services.AddSingleton(TrackingContract.All);
        services.AddSingleton(EvaluationContract.All);
        services.AddSingleton<ExperimentStore>();
        services.AddSingleton<RunStore>();
        services.AddSingleton<RunReader>();
        services.AddArtifacts();
        services.AddInputs();
        services.AddLoggedModels();
        services.AddTraces();
        services.AddEvaluationDatasets();
        services.AddScorers();
        services.AddSingleton<ITrackingReader, TrackingReader>();
        services.AddPurging();
        services.AddLineage();
        services.AddSingleton<IRunRecorder, RunRecorder>();
        return services;
    }

    /// <summary>Maps the routes of MLflow's clients, under <c>/api</c> and <c>/ajax-api</c>.</summary>
    public static IEndpointRouteBuilder MapTracking(this IEndpointRouteBuilder routes)
    {
        var database = routes.ServiceProvider.GetRequiredService<Database>();
        var experiments = routes.ServiceProvider.GetRequiredService<ExperimentStore>();
        CreateExperiment.Map(routes, experiments);
        GetExperiment.Map(routes, experiments);
        SearchExperiments.Map(routes, experiments, database);
        UpdateExperiment.Map(routes, experiments);
        DeleteExperiment.Map(routes, experiments);
        RestoreExperiment.Map(routes, experiments);
        SetExperimentTag.Map(routes, experiments);

        var runs = routes.ServiceProvider.GetRequiredService<RunStore>();
        var reader = routes.ServiceProvider.GetRequiredService<RunReader>();
        CreateRun.Map(routes, runs);
        GetRun.Map(routes, reader);
        SearchRuns.Map(routes, reader, database);
        UpdateRun.Map(routes);
        DeleteRun.Map(routes, runs);
        RestoreRun.Map(routes);
        LogMetric.Map(routes);
        LogParameter.Map(routes);
        LogBatch.Map(routes);
        SetRunTag.Map(routes);
        LogModel.Map(routes);

        GetMetricHistory.Map(routes, reader, database);
        GetMetricHistoryBulk.Map(routes, reader, database);
        GetMetricHistoryBulkInterval.Map(routes, reader, database);

        routes.MapArtifacts();
        routes.MapInputs();
        routes.MapLoggedModels();
        routes.MapTraces();
        routes.MapEvaluationDatasets();
        routes.MapScorers();
        PurgeRoutes.Map(routes);
        routes.MapGraphQl();
        routes.MapMlflowRest();
        return routes;
    }
}
