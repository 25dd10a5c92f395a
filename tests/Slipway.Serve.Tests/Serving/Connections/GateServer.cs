using System.Text;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Core.Names;
using Slipway.Inference;
using Slipway.Rollouts;
using Slipway.Serve.Tests.Serving.Engine;
using Slipway.Serving;
using Slipway.Serving.Engine;
using Slipway.Serving.Figures;
using Slipway.Serving.Grpc.Protos;
using Slipway.Serving.Routing;

namespace Slipway.Serve.Tests.Serving.Connections;

/// <summary>A server whose deployment <c>gate</c> is a <see cref="GateModel"/> of one instance: a request stands in its run, or waits behind one, for as long as a test wants.</summary>
internal sealed class GateServer : IAsyncDisposable
{
    public const string Infer = "/v2/models/gate/infer";
    public const string Body = """{"inputs":[{"name":"a","shape":[1],"datatype":"FP64","data":[1]},{"name":"b","shape":[1],"datatype":"FP64","data":[2]}],"outputs":[{"name":"y"}]}""";

    private readonly Observer _observer = new();

    private GrpcChannel _channel = null!;

    private GateServer()
    {
    }

    public ServingServer Server { get; private set; } = null!;

    public GateModel Model { get; } = new();

    public RecordingSink Sink { get; } = new();

    public ModelRunner Runner { get; private set; } = null!;

    public VersionRecorder Figures { get; private set; } = null!;

    public GRPCInferenceService.GRPCInferenceServiceClient Grpc { get; private set; } = null!;

    /// <summary><see cref="Body"/> as a message.</summary>
    public static ModelInferRequest Message => new()
    {
        ModelName = "gate",
        Inputs =
        {
            new ModelInferRequest.Types.InferInputTensor { Name = "a", Datatype = "FP64", Shape = { 1 }, Contents = new InferTensorContents { Fp64Contents = { 1 } } },
            new ModelInferRequest.Types.InferInputTensor { Name = "b", Datatype = "FP64", Shape = { 1 }, Contents = new InferTensorContents { Fp64Contents = { 2 } } },
        },
    };

    public static byte[] Request { get; } =
        Encoding.UTF8.GetBytes($"POST {Infer} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");

    public static async Task<GateServer> StartAsync(CancellationToken cancellationToken)
    {
        var gate = new GateServer();
        gate.Server = await ServingServer.StartAsync(
            new ServingOptions(), services => services.AddSingleton<IPredictionSink>(gate.Sink).AddSingleton<IStartupFilter>(gate._observer), null, cancellationToken);
        gate._channel = GrpcChannel.ForAddress(gate.Server.GrpcAddress);
        gate.Grpc = new GRPCInferenceService.GRPCInferenceServiceClient(gate._channel);
        var reference = new VersionReference("gate", SemanticVersion.First);
        var state = new DeploymentState("gate", new DeployedVersion(reference, ""), null, 1, DateTimeOffset.UnixEpoch, "local");
        gate.Runner = new ModelRunner(batches: true, 1, new ServeSettings { Instances = 1 }, TimeProvider.System, () => 0);
        gate.Figures = gate.Server.Services.GetRequiredService<ServingFigures>().GetRecorder("gate", reference);
        var loaded = new LoadedVersion(new LoadedModel(gate.Model), gate.Runner, gate.Model.Signature, gate.Model.Format, 1);
        var served = new ServedDeployment(state, new ServedVersion("gate", "stable", reference, loaded, gate.Figures), candidate: null, previous: null);
        Assert.True(gate.Server.Services.GetRequiredService<VersionServer>().TryServe(served));
        return gate;
    }

    /// <summary>Waits until a caller that has gone is noticed.</summary>
    public Task LeftAsync(CancellationToken cancellationToken) => Observer.WaitAsync(_observer.Left, cancellationToken);

    /// <summary>Waits until the head of a request over HTTP is there.</summary>
    public Task BegunAsync(CancellationToken cancellationToken) => Observer.WaitAsync(_observer.Begun, cancellationToken);

    /// <summary>Waits until the server is done with a request over HTTP.</summary>
    public Task EndedAsync(CancellationToken cancellationToken) => Observer.WaitAsync(_observer.Ended, cancellationToken);

    /// <summary>Waits until so many calls wait for their turn.</summary>
    public async Task WaitingAsync(int calls, CancellationToken cancellationToken)
    {
        while (Runner.Waiting != calls)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public ValueTask DisposeAsync()
    {
        Model.Open();
        _channel.Dispose();
        return Server.DisposeAsync();
    }

    /// <summary>Sees requests begin and end in front of everything else.</summary>
    private sealed class Observer : IStartupFilter
    {
        public SemaphoreSlim Begun { get; } = new(0);

        public SemaphoreSlim Left { get; } = new(0);

        public SemaphoreSlim Ended { get; } = new(0);

        public static async Task WaitAsync(SemaphoreSlim seen, CancellationToken cancellationToken) => Assert.True(await seen.WaitAsync(TimeSpan.FromSeconds(30), cancellationToken), "It did not happen.");

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(ObserveAsync);
            next(app);
        };

        private async Task ObserveAsync(HttpContext context, RequestDelegate next)
        {
            using var left = context.RequestAborted.Register(() => Left.Release());
            Begun.Release();
            await next(context);
            Ended.Release();
        }
    }
}
