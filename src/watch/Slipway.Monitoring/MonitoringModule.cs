using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access.Scopes;
using Slipway.Monitoring.Alerts;
using Slipway.Monitoring.Cards;
using Slipway.Monitoring.Diff;
using Slipway.Monitoring.Endpoints;
using Slipway.Monitoring.Log;
using Slipway.Monitoring.Log.Rules;
using Slipway.Monitoring.Migrations;
using Slipway.Monitoring.Notify;
using Slipway.Monitoring.Outcomes;
using Slipway.Monitoring.Predictions;
using Slipway.Monitoring.Profiles;
using Slipway.Monitoring.Traffic;
using Slipway.Monitoring.Watching;
using Slipway.Registry.Cards;
using Slipway.Serving;
using Slipway.Serving.Figures;
using Slipway.Storage;

namespace Slipway.Monitoring;

/// <summary>What happens to models in production: the log, outcomes, windows, alerts, evidence.</summary>
public static class MonitoringModule
{
    /// <summary>
    /// Adds <see cref="IMonitoring"/>, <see cref="IOutcomes"/>, <see cref="IRecordingRules"/>, <see cref="IPredictions"/>, <see cref="IVersionDiffs"/>, the evidence of rollouts, what works on the log, and their tables. Takes <see cref="IMonitoredProjects"/> where there is one.
    /// </summary>
    public static IServiceCollection AddMonitoring(this IServiceCollection services, MonitoringOptions options)
    {
        services.AddMetrics();
        return services
            .AddSingleton(options.Check())
            .AddSingleton(new SchemaPart(typeof(MonitoringModule).Assembly, M2026113050_DeliveryReceivers.Number))
            .AddSingleton<RecordingRules>()
            .AddSingleton<IRecordingRules>(provider => provider.GetRequiredService<RecordingRules>())
            .AddSingleton<PredictionLog>()
            .AddSingleton<IPredictionLog>(provider => provider.GetRequiredService<PredictionLog>())
            .AddSingleton<IPredictionHistory>(provider => provider.GetRequiredService<PredictionLog>())
            .AddSingleton<IPredictionSink>(provider => provider.GetRequiredService<PredictionLog>())
            .AddHostedService(provider => provider.GetRequiredService<PredictionLog>())
            .AddSingleton<IServerCounters, PredictionLogCounters>()
            .AddOutcomes(options.Outcomes)
            .AddSingleton<OutcomeReader>()
            .AddSingleton<IPredictions, PredictionBook>()
            .AddSingleton<IVersionDiffs, VersionDiffs>()
            .AddSingleton<BaselineBuilder>()
            .AddSingleton<BaselineStore>()
            .AddSingleton<ProfileStore>()
            .AddSingleton<VerdictStore>()
            .AddTraffic()
            .AddSingleton<WatchedStore>()
            .AddSingleton<AlertStore>()
            .AddSingleton<WatchFigures>()
            .AddSingleton<IWatcher, WindowWatcher>()
            .AddSingleton<IMonitoring, Monitoring>()
            .AddSingleton<ICardSection, ProductionSection>()
            .AddSingleton<WebhookStore>()
            .AddHostedService<WebhookNotifier>();
    }

    /// <summary>Maps what deployments have below <c>/api/v1/deployments</c>, <c>/api/v1/alerts</c> and <c>/api/v1/models/diff</c>.</summary>
    public static IEndpointRouteBuilder MapMonitoring(this IEndpointRouteBuilder routes)
    {
        var deployments = routes.MapGroup("/api/v1/deployments").WithTags("Monitoring").OfDeployment();
        deployments.MapOutcomes();
        GetDeploymentWatch.Map(deployments);
        ExplainPrediction.Map(deployments);
        ReplayPrediction.Map(deployments);

        CompareVersions.Map(routes.MapGroup("/api/v1/models").WithTags("Models"));
        ListAlerts.Map(routes.MapGroup("/api/v1/alerts").WithTags("Monitoring"));
        return routes;
    }
}
