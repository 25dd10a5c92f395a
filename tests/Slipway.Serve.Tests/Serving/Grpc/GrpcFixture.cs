using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Serving;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serve.Tests.Serving.Grpc;

/// <summary>A server with the deployments <c>bikes</c>, which has two versions, and <c>types</c>, which gives every input back; and a client that is generated from the proto file.</summary>
public sealed class GrpcFixture : IAsyncLifetime
{
    public ServingServer Server { get; private set; } = null!;

    public GrpcChannel Channel { get; private set; } = null!;

    internal RecordingSink Sink { get; } = new();

    internal GRPCInferenceService.GRPCInferenceServiceClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        Server = await ServingServer.StartAsync(new ServingOptions(), services => services.AddSingleton<IPredictionSink>(Sink), null, cancel);
        await Server.DeployAsync("bikes", both: true, cancel);
        await DeployTypesAsync(Server, cancel);
        Channel = GrpcChannel.ForAddress(Server.GrpcAddress, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        Client = new GRPCInferenceService.GRPCInferenceServiceClient(Channel);
    }

    public static async Task DeployTypesAsync(ServingServer server, CancellationToken cancellationToken)
    {
        var version = await server.AddVersionAsync("types-model", "types", cancellationToken);
        await server.Deployments.DeployAsync("types", version, Slipway.Core.Actor.Local, null, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        await Server.DisposeAsync();
    }
}

/// <summary>Requests to the models beside the tests.</summary>
internal static class GrpcRequests
{
    /// <summary>One warm summer hour, as typed contents.</summary>
    public static ModelInferRequest Summer() => new()
    {
        ModelName = "bikes",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor { Name = "temp", Datatype = "FP64", Shape = { 1 }, Contents = new InferTensorContents { Fp64Contents = { 20 } } },
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "season", Datatype = "BYTES", Shape = { 1 }, Contents = new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("summer") } },
            },
        },
    };

    /// <summary>The same as raw contents.</summary>
    public static ModelInferRequest RawSummer() => new()
    {
        ModelName = "bikes",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor { Name = "temp", Datatype = "FP64", Shape = { 1 } },
            new ModelInferRequest.Types.InferInputTensor { Name = "season", Datatype = "BYTES", Shape = { 1 } },
        },
        RawInputContents = { ByteString.CopyFrom(BitConverter.GetBytes(20.0)), ByteString.CopyFrom([6, 0, 0, 0, .. "summer"u8]) },
    };

    /// <summary>The first value of the first output.</summary>
    public static double Prediction(this ModelInferResponse answer) => MemoryMarshal.Read<double>(answer.RawOutputContents[0].Span);

    public static string Role(this ModelInferResponse answer) => answer.Parameters["role"].StringParam;

    /// <summary>The status that a call ends with.</summary>
    public static async Task<Status> FailsAsync<T>(AsyncUnaryCall<T> call) => (await Assert.ThrowsAsync<RpcException>(async () => await call)).Status;
}
