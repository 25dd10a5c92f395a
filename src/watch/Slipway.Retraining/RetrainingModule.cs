using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Retraining.Endpoints;
using Slipway.Retraining.Migrations;
using Slipway.Retraining.Pipelines;
using Slipway.Retraining.Pipelines.Stages;
using Slipway.Retraining.Projects;
using Slipway.Storage;

namespace Slipway.Retraining;

/// <summary>Projects, and the one pipeline that brings them to life.</summary>
public static class RetrainingModule
{
    /// <summary>Adds <see cref="IProjects"/>, <see cref="IPipelines"/> and their tables.</summary>
    public static IServiceCollection AddRetraining(this IServiceCollection services, RetrainingOptions options) => services
        .AddSingleton(options)
        .AddSingleton(new SchemaPart(typeof(RetrainingModule).Assembly, M2026112460_Projects.Number))
        .AddSingleton<ProjectStore>()
        .AddSingleton<IProjects, ProjectBook>()
        .AddSingleton<PipelineStore>()
        .AddSingleton<RecipeStore>()
        .AddSingleton<DataStage>()
        .AddSingleton<TrainStage>()
        .AddSingleton<ValidateStage>()
        .AddSingleton<RegisterStage>()
        .AddSingleton<DeployStage>()
        .AddSingleton<Pipeline>()
        .AddSingleton<PipelineQueue>()
        .AddSingleton<IPipelines>(services => services.GetRequiredService<PipelineQueue>())
        .AddHostedService(services => services.GetRequiredService<PipelineQueue>());

    /// <summary>Maps <c>/api/v1/projects</c> and <c>/api/v1/pipelines</c>.</summary>
    public static IEndpointRouteBuilder MapRetraining(this IEndpointRouteBuilder routes)
    {
        var projects = routes.MapGroup("/api/v1/projects").WithTags("Projects");
        ListProjects.Map(projects);
        GetProject.Map(projects);
        ApplyProject.Map(projects);
        TrainProject.Map(projects);
        ListPipelines.Map(projects);

        var pipelines = routes.MapGroup("/api/v1/pipelines").WithTags("Pipelines");
        GetPipeline.Map(pipelines);
        WatchPipeline.Map(pipelines);
        return routes;
    }
}
