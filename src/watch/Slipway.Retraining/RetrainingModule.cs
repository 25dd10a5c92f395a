using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Slipway.Access.Scopes;
using Slipway.Monitoring;
using Slipway.Monitoring.Log.Rules;
using Slipway.Registry.Cards;
using Slipway.Retraining.Cards;
using Slipway.Retraining.Endpoints;
using Slipway.Retraining.Migrations;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Pipelines.Stages;
using Slipway.Retraining.Projects;
using Slipway.Retraining.Triggers;
using Slipway.Rollouts;
using Slipway.Rollouts.Releases;
using Slipway.Serving.Engine;
using Slipway.Storage;
using Slipway.Storage.Blobs;

namespace Slipway.Retraining;

/// <summary>Projects, and the one pipeline that brings them to life.</summary>
public static class RetrainingModule
{
    /// <summary>
    /// Adds <see cref="IProjects"/>, <see cref="IPipelines"/>, <see cref="ITriggers"/> and their tables, and what projects' files say to <see cref="IReleasePlans"/>,
    /// <see cref="IServeSettings"/> and <see cref="IMonitoredProjects"/>. Needs an <see cref="IRollouts"/>, an <see cref="IMonitoring"/> and the <see cref="IRecordingRules"/>.
    /// </summary>
    public static IServiceCollection AddRetraining(this IServiceCollection services, RetrainingOptions options) => services
        .AddSingleton(options)
        .AddSingleton(new SchemaPart(typeof(RetrainingModule).Assembly, M2026112570_Resuming.Number))
        .AddSingleton(new BlobColumn("pipeline_requests", "checkpoint", BlobUse.Text))
        .AddSingleton<ProjectStore>()
        .AddSingleton<ProjectBook>()
        .AddSingleton<IProjects>(services => services.GetRequiredService<ProjectBook>())
        .AddSingleton(services => new ProjectCatalog(
            services.GetRequiredService<ProjectBook>(), services.GetRequiredService<IDeployments>, services.GetRequiredService<ILogger<ProjectCatalog>>()))
        .AddSingleton<IReleasePlans>(services => services.GetRequiredService<ProjectCatalog>())
        .AddSingleton<IServeSettings>(services => services.GetRequiredService<ProjectCatalog>())
        .AddSingleton<IMonitoredProjects>(services => services.GetRequiredService<ProjectCatalog>())
        .AddSingleton<PipelineStore>()
        .AddSingleton<UnfinishedRuns>()
        .AddSingleton<RecipeStore>()
        .AddSingleton<ChampionLookup>()
        .AddSingleton<DataStage>()
        .AddSingleton<TrainingRecord>()
        .AddSingleton<TrainStage>()
        .AddSingleton<ValidateStage>()
        .AddSingleton<RegisterStage>()
        .AddSingleton<DeployStage>()
        .AddSingleton<Pipeline>()
        .AddSingleton<PipelineQueue>()
        .AddSingleton<IPipelines>(services => services.GetRequiredService<PipelineQueue>())
        .AddHostedService(services => services.GetRequiredService<PipelineQueue>())
        .AddSingleton<ICardSection, PurposeSection>()
        .AddSingleton<ICardSection, DataSection>()
        .AddSingleton<ICardSection, TrainingSection>()
        .AddSingleton<TriggerStore>()
        .AddSingleton<TriggerBook>()
        .AddSingleton<TriggerLoop>()
        .AddSingleton<ITriggers>(services => services.GetRequiredService<TriggerLoop>())
        .AddSingleton<ISettleFollower>(services => services.GetRequiredService<TriggerLoop>())
        .AddHostedService(services => services.GetRequiredService<TriggerLoop>());

    /// <summary>Maps <c>/api/v1/projects</c> and <c>/api/v1/pipelines</c>.</summary>
    public static IEndpointRouteBuilder MapRetraining(this IEndpointRouteBuilder routes)
    {
        var projects = routes.MapGroup("/api/v1/projects").WithTags("Projects").OfProject();
        ListProjects.Map(projects);
        GetProject.Map(projects);
        ApplyProject.Map(projects);
        TrainProject.Map(projects);
        ListPipelines.Map(projects);

        var pipelines = routes.MapGroup("/api/v1/pipelines").WithTags("Pipelines").ScopedBy(async context =>
            ScopeTarget.OfProject((await context.RequestServices.GetRequiredService<IPipelines>().FindAsync((string)context.Request.RouteValues["id"]!, context.RequestAborted))?.Model));
        GetPipeline.Map(pipelines);
        WatchPipeline.Map(pipelines);
        return routes;
    }
}
