using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Serving.Grpc.Protos;
using Slipway.Serving.Repository;

namespace Slipway.Serve.Tests.Serving.Grpc;

public sealed class GrpcServerTests(GrpcFixture fixture) : IClassFixture<GrpcFixture>
{
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _client = fixture.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_server_is_live_and_ready_and_tells_its_name()
    {
        Assert.True((await _client.ServerLiveAsync(new ServerLiveRequest(), cancellationToken: Cancel)).Live);
        Assert.True((await _client.ServerReadyAsync(new ServerReadyRequest(), cancellationToken: Cancel)).Ready);
        var server = await _client.ServerMetadataAsync(new ServerMetadataRequest(), cancellationToken: Cancel);
        Assert.Equal("slipway", server.Name);
        Assert.Matches(@"^\d+\.\d+\.\d+$", server.Version);
        Assert.Equal(["model_configuration", "model_repository", "statistics"], server.Extensions);
    }

    [Theory]
    [InlineData("", "1.1.0")]
    [InlineData("1", "1.0.0")]
    [InlineData("1.0.0", "1.0.0")]
    public async Task A_model_tells_its_contract(string version, string answering)
    {
        Assert.True((await _client.ModelReadyAsync(new ModelReadyRequest { Name = "bikes", Version = version }, cancellationToken: Cancel)).Ready);
        var metadata = await _client.ModelMetadataAsync(new ModelMetadataRequest { Name = "bikes", Version = version }, cancellationToken: Cancel);
        Assert.Equal("bikes", metadata.Name);
        Assert.Equal("lightgbm_text", metadata.Platform);
        Assert.Contains(answering, metadata.Versions);
        Assert.Equal(["temp FP64 -1", "season BYTES -1"], metadata.Inputs.Select(i => $"{i.Name} {i.Datatype} {i.Shape[0]}"));
        Assert.Equal(["prediction FP64 -1"], metadata.Outputs.Select(o => $"{o.Name} {o.Datatype} {o.Shape[0]}"));
    }

    [Fact]
    public async Task A_configuration_has_every_dimension_and_adds_none()
    {
        var config = (await _client.ModelConfigAsync(new ModelConfigRequest { Name = "types" }, cancellationToken: Cancel)).Config;

        Assert.Equal(("types", "onnx_onnxv1", "onnxruntime", 0), (config.Name, config.Platform, config.Backend, config.MaxBatchSize));
        Assert.Equal(13, config.Input.Select(i => i.DataType).Where(t => t != DataType.TypeInvalid).Distinct().Count());
        Assert.All(config.Input, input => Assert.Equal([-1L, 2L], input.Dims));
        Assert.Equal(DataType.TypeString, config.Output.Single(o => o.Name == "text_out").DataType);
    }

    [Fact]
    public async Task Statistics_count_what_was_answered_and_what_failed()
    {
        await using var own = await ServingServer.StartAsync(Cancel);
        await own.DeployAsync("bikes", both: true, Cancel);
        using var channel = global::Grpc.Net.Client.GrpcChannel.ForAddress(own.GrpcAddress);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var wrong = GrpcRequests.Summer();
        wrong.Inputs.RemoveAt(0);
        for (var i = 0; i < 3; i++)
        {
            await client.ModelInferAsync(GrpcRequests.Summer(), cancellationToken: Cancel);
        }

        await GrpcRequests.FailsAsync(client.ModelInferAsync(wrong, cancellationToken: Cancel));

        var all = await client.ModelStatisticsAsync(new ModelStatisticsRequest(), cancellationToken: Cancel);
        Assert.Equal(["bikes 1.1.0", "bikes 1.0.0"], all.ModelStats.Select(s => $"{s.Name} {s.Version}"));
        var stable = Assert.Single((await client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = "bikes", Version = "2" }, cancellationToken: Cancel)).ModelStats);
        Assert.Equal((3UL, 3UL), (stable.InferenceCount, stable.ExecutionCount));
        Assert.Equal((3UL, 1UL), (stable.InferenceStats.Success.Count, stable.InferenceStats.Fail.Count));
        Assert.True(stable.InferenceStats.Success.Ns > 0 && stable.InferenceStats.Fail.Ns > 0);
    }

    [Fact]
    public async Task An_unknown_model_is_not_found_whatever_is_asked_about_it()
    {
        Status[] statuses =
        [
            await GrpcRequests.FailsAsync(_client.ModelReadyAsync(new ModelReadyRequest { Name = "nobody" }, cancellationToken: Cancel)),
            await GrpcRequests.FailsAsync(_client.ModelMetadataAsync(new ModelMetadataRequest { Name = "nobody" }, cancellationToken: Cancel)),
            await GrpcRequests.FailsAsync(_client.ModelConfigAsync(new ModelConfigRequest { Name = "bikes", Version = "9" }, cancellationToken: Cancel)),
            await GrpcRequests.FailsAsync(_client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = "nobody" }, cancellationToken: Cancel)),
        ];

        Assert.All(statuses, status => Assert.Equal(StatusCode.NotFound, status.StatusCode));
        Assert.All(statuses, status => Assert.StartsWith("Request for unknown model", status.Detail, StringComparison.Ordinal));
        Assert.Equal(
            StatusCode.InvalidArgument, (await GrpcRequests.FailsAsync(_client.ModelReadyAsync(new ModelReadyRequest(), cancellationToken: Cancel))).StatusCode);
    }

    [Fact]
    public async Task What_Slipway_has_no_use_for_is_refused_with_a_sentence()
    {
        Status[] statuses =
        [
            await GrpcRequests.FailsAsync(_client.SystemSharedMemoryRegisterAsync(new SystemSharedMemoryRegisterRequest { Name = "r", ByteSize = 1 }, cancellationToken: Cancel)),
            await GrpcRequests.FailsAsync(_client.SystemSharedMemoryStatusAsync(new SystemSharedMemoryStatusRequest(), cancellationToken: Cancel)),
            await GrpcRequests.FailsAsync(_client.CudaSharedMemoryUnregisterAsync(new CudaSharedMemoryUnregisterRequest(), cancellationToken: Cancel)),
            await GrpcRequests.FailsAsync(_client.TraceSettingAsync(new TraceSettingRequest(), cancellationToken: Cancel)),
            await GrpcRequests.FailsAsync(_client.LogSettingsAsync(new LogSettingsRequest(), cancellationToken: Cancel)),
        ];

        Assert.All(statuses, status => Assert.Equal(StatusCode.Unimplemented, status.StatusCode));
        Assert.All(statuses, status => Assert.Contains("is not available: ", status.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reflection_lists_the_services_and_gives_their_descriptions()
    {
        var client = new ServerReflection.ServerReflectionClient(fixture.Channel);
        using var call = client.ServerReflectionInfo(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, Cancel);
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { FileContainingSymbol = "inference.GRPCInferenceService" }, Cancel);
        await call.RequestStream.CompleteAsync();

        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        Assert.Equal(["grpc.health.v1.Health", "inference.GRPCInferenceService"], call.ResponseStream.Current.ListServicesResponse.Service.Select(s => s.Name).Order());
        Assert.True(await call.ResponseStream.MoveNext(Cancel));
        var file = global::Google.Protobuf.Reflection.FileDescriptorProto.Parser.ParseFrom(call.ResponseStream.Current.FileDescriptorResponse.FileDescriptorProto[0]);
        Assert.Equal(20, Assert.Single(file.Service).Method.Count);
    }

    [Fact]
    public void Every_method_of_the_proto_file_is_served_and_needs_the_permission_of_its_REST_route()
    {
        var routes = fixture.Server.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(r => r.RoutePattern.RawText!.Contains("GRPCInferenceService", StringComparison.Ordinal))
            .ToDictionary(r => r.RoutePattern.RawText!.Split('/')[^1], r => r.Metadata.GetMetadata<NeedsPermission>()!.Permission);

        Assert.Equal(InferenceReflection.Descriptor.Services[0].Methods.Select(m => m.Name).Order(), routes.Keys.Order());
        Assert.Equal(Permission.Anonymous, routes["ServerLive"]);
        Assert.Equal(Permission.Score, routes["ModelInfer"]);
        Assert.Equal(Permission.Score, routes["ModelStreamInfer"]);
        Assert.Equal(Permission.Read, routes["RepositoryIndex"]);
        Assert.Equal(Permission.Deploy, routes["RepositoryModelLoad"]);
        Assert.Equal(Permission.Deploy, routes["RepositoryModelUnload"]);
    }

    [Fact]
    public async Task The_repository_lists_what_is_deployed_and_refuses_what_is_not_its_own()
    {
        Assert.SkipUnless(fixture.Server.Services.GetService<IModelRepository>() is not null, "The server has no model repository.");

        var index = await _client.RepositoryIndexAsync(new RepositoryIndexRequest { Ready = true }, cancellationToken: Cancel);
        var unknown = await GrpcRequests.FailsAsync(_client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "nobody" }, cancellationToken: Cancel));
        var released = await GrpcRequests.FailsAsync(_client.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest { ModelName = "bikes" }, cancellationToken: Cancel));

        Assert.Contains(index.Models, m => (m.Name, m.Version, m.State, m.Reason) == ("bikes", "1.1.0", "READY", ""));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition, released.StatusCode);
    }

    [Fact]
    public async Task A_repository_request_that_asks_for_more_than_there_is_is_refused()
    {
        var load = new RepositoryModelLoadRequest { ModelName = "bikes", Parameters = { ["config"] = new ModelRepositoryParameter { StringParam = "{}" } } };
        var named = new RepositoryModelUnloadRequest { ModelName = "bikes", RepositoryName = "other" };

        Assert.Equal(StatusCode.Unimplemented, (await GrpcRequests.FailsAsync(_client.RepositoryModelLoadAsync(load, cancellationToken: Cancel))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await GrpcRequests.FailsAsync(_client.RepositoryModelUnloadAsync(named, cancellationToken: Cancel))).StatusCode);
        Assert.Equal(StatusCode.NotFound, (await GrpcRequests.FailsAsync(_client.RepositoryIndexAsync(new RepositoryIndexRequest { RepositoryName = "other" }, cancellationToken: Cancel))).StatusCode);
        Assert.Equal(StatusCode.InvalidArgument, (await GrpcRequests.FailsAsync(_client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest(), cancellationToken: Cancel))).StatusCode);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_the_callers_mistake_and_health_still_answers()
    {
        foreach (var method in new[] { "ModelInfer", "ModelReady" })
        {
            var status = (await Assert.ThrowsAsync<RpcException>(async () => await RawCalls.UnaryAsync(fixture.Channel, method, [0x0A, 0x7F, 1, 2], Cancel))).Status;
            Assert.Equal(StatusCode.InvalidArgument, status.StatusCode);
            Assert.StartsWith("The message is", status.Detail, StringComparison.Ordinal);
        }

        var health = await new Health.HealthClient(fixture.Channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
    }
}

/// <summary>Calls whose messages are bytes.</summary>
internal static class RawCalls
{
    private static readonly Marshaller<byte[]> Bytes = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);

    public static async Task<byte[]> UnaryAsync(ChannelBase channel, string method, byte[] message, CancellationToken cancellationToken)
    {
        using var call = channel.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, "inference.GRPCInferenceService", method, Bytes, Bytes), null, new CallOptions(cancellationToken: cancellationToken), message);
        return await call;
    }

    public static AsyncDuplexStreamingCall<byte[], byte[]> Stream(ChannelBase channel, CancellationToken cancellationToken) => channel.CreateCallInvoker().AsyncDuplexStreamingCall(
        new Method<byte[], byte[]>(MethodType.DuplexStreaming, "inference.GRPCInferenceService", "ModelStreamInfer", Bytes, Bytes), null, new CallOptions(cancellationToken: cancellationToken));
}
