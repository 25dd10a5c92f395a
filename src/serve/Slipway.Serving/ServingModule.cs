using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Rollouts;
using Slipway.Serving.Endpoints;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Grpc;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Replay;
using Slipway.Serving.Repository;
using Slipway.Serving.Repository.Folder;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;
using Slipway.Serving.TensorFlow;
using Slipway.Serving.Tracing;

namespace Slipway.Serving;

/// <summary>Serving: the protocols, the routing snapshot and live figures.</summary>
public static class ServingModule
{
    /// <summary>The source of the spans of requests, for whoever exports traces.</summary>
    public const string TraceSource = RequestSpans.SourceName;

    /// <summary>Slipway's version, as the protocols tell it.</summary>
    internal static string Version { get; } =
        typeof(ServingModule).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Adds <see cref="IVersionServer"/>, <see cref="IServingFigures"/>, <see cref="IInferenceService"/>, <see cref="IReplay"/>, <see cref="IModelRepository"/>, <see cref="IDeploymentModels"/> and the protocols.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services, ServingOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<ServingFigures>();
        services.AddSingleton<IServingFigures>(s => s.GetRequiredService<ServingFigures>());
        services.AddSingleton<VersionServer>();
        services.AddSingleton<IVersionServer>(s => s.GetRequiredService<VersionServer>());
        services.AddSingleton<IServeSettingsFollower>(s => s.GetRequiredService<VersionServer>());
        services.AddSingleton<IServedFolder>(s => s.GetRequiredService<VersionServer>());
        services.AddSingleton<IDeploymentModels>(s => s.GetRequiredService<VersionServer>());
        services.AddSingleton<FolderModels>();
        services.AddSingleton<ModelRepository>();
        services.AddSingleton<IModelRepository>(s => s.GetRequiredService<ModelRepository>());
        if (options.Models.Path is not null)
        {
            services.AddHostedService<FolderWatch>();
        }

        services.AddSingleton<IInferenceService, InferenceService>();
        services.AddSingleton<IReplay, VersionReplay>();
        services.AddSingleton<InferModel>();
        services.AddSingleton<PredictModel>();
        services.AddSingleton<ClassifyModel>();
        services.AddSingleton<RegressModel>();
        services.AddSingleton<InvokeDeployment>();
        GrpcService.Add(services, options);
        return services;
    }

    /// <summary>Maps <c>/v2</c>, <c>/v1</c>, <c>/invocations</c>, <c>/health</c>, <c>/metrics</c>, the figures of deployments and the services of gRPC.</summary>
    public static IEndpointRouteBuilder MapServing(this IEndpointRouteBuilder routes)
    {
        var v2 = routes.MapGroup("/v2").WithTags("Open Inference Protocol").OfDeployment().TellsErrors(OpenInferenceErrors.WriteAsync);
        InferModel.Map(v2.MapGroup("/models"));

        var told = v2.MapGroup("").AddEndpointFilter(OpenInferenceErrors.FilterAsync);
        GetServerMetadata.Map(told);
        GetServerLive.Map(told);
        GetServerReady.Map(told);
        GetModelMetadata.Map(told.MapGroup("/models"));
        GetModelReady.Map(told.MapGroup("/models"));
        GetModelConfiguration.Map(told.MapGroup("/models"));
        GetModelStatistics.Map(told.MapGroup("/models"));
        if (routes.ServiceProvider.GetService<IModelRepository>() is not null)
        {
            var repository = told.MapGroup("/repository");
            RepositoryIndex.Map(repository);
            LoadModel.Map(repository);
            UnloadModel.Map(repository);
        }

        var v1 = routes.MapGroup("/v1/models").WithTags("TensorFlow Serving v1").OfDeployment().TellsErrors(OpenInferenceErrors.WriteAsync);
        PredictModel.Map(v1);
        ClassifyModel.Map(v1);
        RegressModel.Map(v1);
        var v1Told = v1.MapGroup("").AddEndpointFilter(OpenInferenceErrors.FilterAsync);
        GetModels.Map(v1Told);
        GetModelStatus.Map(v1Told);
        GetSignature.Map(v1Told);

        var scoring = routes.MapGroup("").WithTags("MLflow scoring").OfDeployment("deployment").TellsErrors(ScoringError.WriteAsync);
        InvokeDeployment.Map(scoring);
        GetPing.Map(scoring);

        GetHealth.Map(routes);
        GetMetrics.Map(routes);
        GetDeploymentFigures.Map(routes);
        GrpcService.Map(routes);
        return routes;
    }
}
