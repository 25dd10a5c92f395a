using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Slipway.Access;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serving.Grpc;

/// <summary>
/// The methods of the service, each with its permission. They are listed here, not bound from a generated base class, because inference brings marshallers of its own, and because a message
/// that is none must be the caller's mistake.
/// </summary>
internal sealed class GrpcMethods(IInferenceService inference, ILogger<GrpcService> log) : IServiceMethodProvider<GrpcService>
{
    private static readonly string Service = InferenceReflection.Descriptor.Services[0].FullName;

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<GrpcService> context)
    {
        var methods = new Table(context, log);
        methods.Add("ServerLive", Permission.Anonymous, ServerLiveRequest.Parser, (_, _, _) => ModelCalls.Live());
        methods.Add("ServerReady", Permission.Anonymous, ServerReadyRequest.Parser, (s, _, _) => s.Models.Ready());
        methods.Add("ServerMetadata", Permission.Anonymous, ServerMetadataRequest.Parser, (_, _, _) => ModelCalls.Server());
        methods.Add("ModelReady", Permission.Score, ModelReadyRequest.Parser, (s, request, _) => s.Models.Ready(request), r => r.Name);
        methods.AddAsync("ModelMetadata", Permission.Score, ModelMetadataRequest.Parser, (s, request, call) => s.Models.MetadataAsync(request, call.CancellationToken), r => r.Name);
        methods.AddAsync("ModelConfig", Permission.Score, ModelConfigRequest.Parser, (s, request, call) => s.Models.ConfigAsync(request, call.CancellationToken), r => r.Name);
        methods.Add("ModelStatistics", Permission.Read, ModelStatisticsRequest.Parser, (s, request, _) => s.Models.Statistics(request), r => r.Name);
        methods.Add("RepositoryIndex", Permission.Read, RepositoryIndexRequest.Parser, (s, request, _) => s.Repository.Index(request));
        methods.AddAsync("RepositoryModelLoad", Permission.Deploy, RepositoryModelLoadRequest.Parser, (s, request, call) => s.Repository.LoadAsync(request, call), r => r.ModelName);
        methods.AddAsync("RepositoryModelUnload", Permission.Deploy, RepositoryModelUnloadRequest.Parser, (s, request, call) => s.Repository.UnloadAsync(request, call), r => r.ModelName);

        methods.Refuse("SystemSharedMemoryStatus", SystemSharedMemoryStatusRequest.Parser, new SystemSharedMemoryStatusResponse());
        methods.Refuse("SystemSharedMemoryRegister", SystemSharedMemoryRegisterRequest.Parser, new SystemSharedMemoryRegisterResponse());
        methods.Refuse("SystemSharedMemoryUnregister", SystemSharedMemoryUnregisterRequest.Parser, new SystemSharedMemoryUnregisterResponse());
        methods.Refuse("CudaSharedMemoryStatus", CudaSharedMemoryStatusRequest.Parser, new CudaSharedMemoryStatusResponse());
        methods.Refuse("CudaSharedMemoryRegister", CudaSharedMemoryRegisterRequest.Parser, new CudaSharedMemoryRegisterResponse());
        methods.Refuse("CudaSharedMemoryUnregister", CudaSharedMemoryUnregisterRequest.Parser, new CudaSharedMemoryUnregisterResponse());
        methods.Refuse("TraceSetting", TraceSettingRequest.Parser, new TraceSettingResponse());
        methods.Refuse("LogSettings", LogSettingsRequest.Parser, new LogSettingsResponse());

        var marshallers = new InferMarshallers(inference);
        context.AddUnaryMethod(
            new Method<InferenceCall, InferenceCall>(MethodType.Unary, Service, "ModelInfer", marshallers.Request, marshallers.Answer),
            Metadata(Permission.Score, checksScope: true),
            (service, call, rpc) => service.Infer.InferAsync(call, rpc));
        context.AddDuplexStreamingMethod(
            new Method<StreamRequest, StreamAnswer>(MethodType.DuplexStreaming, Service, "ModelStreamInfer", marshallers.StreamRequest, marshallers.StreamAnswer),
            Metadata(Permission.Score, checksScope: true),
            (service, requests, answers, rpc) => service.Infer.StreamAsync(requests, answers, rpc));
    }

    private static object[] Metadata(Permission permission, bool checksScope) => checksScope ? [new NeedsPermission(permission), ScopeEndpoints.InHandler] : [new NeedsPermission(permission)];

    /// <summary>Adds methods whose messages are the generated ones. Those whose message names a deployment say where, so that a key with a scope may call them.</summary>
    private sealed class Table(ServiceMethodProviderContext<GrpcService> context, ILogger log)
    {
        public void Add<TRequest, TAnswer>(
            string name, Permission permission, MessageParser<TRequest> parser, Func<GrpcService, TRequest, ServerCallContext, TAnswer> answer, Func<TRequest, string>? deployment = null)
            where TRequest : class, IMessage<TRequest>
            where TAnswer : class, IMessage<TAnswer> =>
            AddAsync(name, permission, parser, (service, request, call) => Task.FromResult(answer(service, request, call)), deployment);

        public void AddAsync<TRequest, TAnswer>(
            string name, Permission permission, MessageParser<TRequest> parser, Func<GrpcService, TRequest, ServerCallContext, Task<TAnswer>> answer, Func<TRequest, string>? deployment = null)
            where TRequest : class, IMessage<TRequest>
            where TAnswer : class, IMessage<TAnswer>
        {
            // Answers are never read here.
            var answers = Marshallers.Create<TAnswer>(Write, _ => throw new NotSupportedException());
            var method = new Method<TRequest, TAnswer>(MethodType.Unary, Service, name, Marshallers.Create<TRequest>(Write, context => Read(parser, context)), answers);
            context.AddUnaryMethod(method, Metadata(permission, deployment is not null), async (service, request, call) =>
            {
                try
                {
                    if (deployment is not null)
                    {
                        call.GetHttpContext().DemandScope(ScopeTarget.OfDeployment(deployment(request) is { Length: > 0 } named ? named : null));
                    }

                    return await answer(service, request, call);
                }
                catch (Exception e)
                {
                    throw GrpcErrors.Of(e, call, log, call.GetHttpContext().TraceIdentifier);
                }
            });
        }

        /// <summary>A method of Triton that Slipway has no use for.</summary>
        public void Refuse<TRequest, TAnswer>(string name, MessageParser<TRequest> parser, TAnswer answer)
            where TRequest : class, IMessage<TRequest>
            where TAnswer : class, IMessage<TAnswer> =>
            Add(name, Permission.Score, parser, TAnswer (_, _, _) => throw new SlipwayException(
                ErrorKind.NotAvailable, $"{name} is not available: Slipway shares no memory with its clients, and its traces and logs are set up where it is started. Send tensors in the request."));

        private static void Write<T>(T message, SerializationContext context)
            where T : IMessage<T>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        }

        private static T Read<T>(MessageParser<T> parser, DeserializationContext context)
            where T : IMessage<T>
        {
            try
            {
                return parser.ParseFrom(context.PayloadAsReadOnlySequence());
            }
            catch (InvalidProtocolBufferException e)
            {
                throw GrpcErrors.Of(new SlipwayException(ErrorKind.InvalidInput, $"The message is no {typeof(T).Name} of package inference: {e.Message}"));
            }
        }
    }
}
