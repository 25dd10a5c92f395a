using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Rollouts;
using Slipway.Serving.Endpoints;
using Slipway.Serving.Figures;
using Slipway.Serving.OpenInference;
using Slipway.Serving.Routing;
using Slipway.Serving.Scoring;
using Slipway.Serving.TensorFlow;

namespace Slipway.Serving;

/// <summary>Serving: the protocols, the routing snapshot and live figures.</summary>
public static class ServingModule
{
    /// <summary>Slipway's version, as the protocols tell it.</summary>
    internal static string Version { get; } =
        typeof(ServingModule).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>Adds <see cref="IVersionServer"/>, <see cref="IServingFigures"/>, <see cref="IInferenceService"/> and the protocols.</summary>
    public static IServiceCollection AddServing(this IServiceCollection services, ServingOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton(options);
        services.AddSingleton<ServingFigures>();
        services.AddSingleton<IServingFigures>(s => s.GetRequiredService<ServingFigures>());
        services.AddSingleton<VersionServer>();
        services.AddSingleton<IVersionServer>(s => s.GetRequiredService<VersionServer>());
        services.AddSingleton<IInferenceService, InferenceService>();
        services.AddSingleton<InferModel>();
        services.AddSingleton<PredictModel>();
        services.AddSingleton<ClassifyModel>();
        services.AddSingleton<RegressModel>();
        services.AddSingleton<InvokeDeployment>();

        // Otherwise the framework adds catch-all routes that declare no permission.
        services.AddGrpc(grpc => grpc.IgnoreUnknownServices = true);
        GrpcHealth.Add(services);
        return services;
    }

    /// <summary>Maps <c>/v2</c>, <c>/v1</c>, <c>/invocations</c>, <c>/health</c>, <c>/metrics</c>, the figures of deployments and the gRPC health service.</summary>
    public static IEndpointRouteBuilder MapServing(this IEndpointRouteBuilder routes)
    {
        var v2 = routes.MapGroup("/v2").WithTags("Open Inference Protocol");
        InferModel.Map(v2.MapGroup("/models"));

        var told = v2.MapGroup("").AddEndpointFilter(OpenInferenceErrors.FilterAsync);
        GetServerMetadata.Map(told);
        GetServerLive.Map(told);
        GetServerReady.Map(told);
        GetModelMetadata.Map(told.MapGroup("/models"));
        GetModelReady.Map(told.MapGroup("/models"));

        var v1 = routes.MapGroup("/v1/models").WithTags("TensorFlow Serving v1");
        PredictModel.Map(v1);
        ClassifyModel.Map(v1);
        RegressModel.Map(v1);
        var v1Told = v1.MapGroup("").AddEndpointFilter(OpenInferenceErrors.FilterAsync);
        GetModels.Map(v1Told);
        GetModelStatus.Map(v1Told);
        GetSignature.Map(v1Told);

        var scoring = routes.MapGroup("").WithTags("MLflow scoring");
        InvokeDeployment.Map(scoring);
        GetPing.Map(scoring);

        GetHealth.Map(routes);
        GetMetrics.Map(routes);
        GetDeploymentFigures.Map(routes);
        GrpcHealth.Map(routes);
        return routes;
    }
}
