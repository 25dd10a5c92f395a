using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Slipway.Access;
using Slipway.Serving.Endpoints;
using Slipway.Serving.Grpc.Protos;
using HealthReflection = Grpc.Health.V1.HealthReflection;

namespace Slipway.Serving.Grpc;

/// <summary>The Open Inference Protocol over gRPC, with health and reflection. <see cref="GrpcMethods"/> lists its methods.</summary>
internal sealed class GrpcService(InferCalls infer, ModelCalls models, RepositoryCalls repository)
{
    public InferCalls Infer => infer;

    public ModelCalls Models => models;

    public RepositoryCalls Repository => repository;

    public static void Add(IServiceCollection services, ServingOptions options)
    {
        services.AddGrpc(grpc => Configure(grpc, options));
        services.AddSingleton<InferCalls>();
        services.AddSingleton<ModelCalls>();
        services.AddSingleton<RepositoryCalls>();

        // One for all calls: gRPC would make one a call otherwise.
        services.AddSingleton<GrpcService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<GrpcService>, GrpcMethods>());
        GrpcHealth.Add(services);

        global::Google.Protobuf.Reflection.ServiceDescriptor[] told = [.. InferenceReflection.Descriptor.Services, .. HealthReflection.Descriptor.Services];
        services.AddSingleton(new ReflectionServiceImpl(told));
        services.AddSingleton(new ReflectionV1ServiceImpl(told));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var services = routes.MapGroup("");
        ((IEndpointConventionBuilder)services).Add(RefuseOldHttp);
        services.MapGrpcService<GrpcService>().Add(TakeWholeMessages);
        GrpcHealth.Map(services);

        // What the service looks like is public; what can be called with it is not told here.
        services.MapGrpcService<ReflectionServiceImpl>().Needs(Permission.Anonymous);
        services.MapGrpcService<ReflectionV1ServiceImpl>().Needs(Permission.Anonymous);
    }

    private static void Configure(GrpcServiceOptions grpc, ServingOptions options)
    {
        // Otherwise the framework adds catch-all routes that declare no permission.
        grpc.IgnoreUnknownServices = true;

        var limit = (int)Math.Min(options.MaxRequestBytes, int.MaxValue);
        grpc.MaxReceiveMessageSize = limit;
        grpc.MaxSendMessageSize = limit;
        grpc.CompressionProviders = [BoundedCompression.Gzip(limit), BoundedCompression.Deflate(limit)];
    }

    // The server library answers such a call with 200 and the status INTERNAL, which nobody understands who took the wrong port.
    private static void RefuseOldHttp(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
        {
            if (!HttpProtocol.IsHttp11(context.Request.Protocol) && !HttpProtocol.IsHttp10(context.Request.Protocol))
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status426UpgradeRequired;
            context.Response.Headers.Upgrade = "h2c";
            return context.Response.WriteAsync("gRPC needs HTTP/2, and this port speaks HTTP/1.1. Call the port for gRPC: `slipway up` tells both when it starts.");
        };
    }

    // The web server's bound is for whole bodies. A message is checked against its own before it is read, and a stream has as many as it likes.
    private static void TakeWholeMessages(EndpointBuilder endpoint)
    {
        var next = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = context =>
        {
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
            {
                body.MaxRequestBodySize = null;
            }

            return next(context);
        };
    }
}
