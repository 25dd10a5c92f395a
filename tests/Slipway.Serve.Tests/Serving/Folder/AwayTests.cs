using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Serve.Tests.Serving.Grpc;
using Slipway.Serving;
using Slipway.Serving.Grpc.Protos;
using Slipway.Serving.Repository.Folder;

namespace Slipway.Serve.Tests.Serving.Folder;

/// <summary>What is told of a model that is not in memory: who asks for its contract waits for it as a request does, who asks how it is gets its answer at once.</summary>
public sealed class AwayTests : IDisposable
{
    private readonly ModelFolder _models = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _models.Dispose();

    [Theory]
    [InlineData("/v2/models/b")]
    [InlineData("/v2/models/b/versions/1")]
    [InlineData("/v2/models/b/config")]
    [InlineData("/v1/models/b/metadata")]
    [InlineData("/v1/models/b/versions/1/metadata")]
    public async Task The_contract_of_a_model_that_had_to_make_room_loads_it(string path)
    {
        await using var server = await TwoWithRoomForOneAsync();
        Assert.Equal("b Unavailable", State(server, "b"));

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(path, Cancel)).Status);

        Assert.Equal(("a Unavailable", "b Ready"), (State(server, "a"), State(server, "b")));
    }

    [Theory]
    [InlineData("/v2/models/b/ready")]
    [InlineData("/v2/models/b/versions/1/ready")]
    [InlineData("/v2/models/b/stats")]
    [InlineData("/v2/models/b/versions/1/stats")]
    public async Task Whether_it_is_ready_and_what_it_did_loads_nothing_and_is_503(string path)
    {
        await using var server = await TwoWithRoomForOneAsync();

        using var response = await server.Client.GetAsync(new Uri(path, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), response.Headers.RetryAfter?.Delta);
        Assert.Contains("is not in memory now", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(("a Ready", "b Unavailable"), (State(server, "a"), State(server, "b")));
        Assert.Equal(2, await server.BiasAsync("b", Cancel));
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync(path, Cancel)).Status);
    }

    [Fact]
    public async Task Over_gRPC_it_is_the_same()
    {
        await using var server = await TwoWithRoomForOneAsync();
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);

        Assert.False((await client.ModelReadyAsync(new ModelReadyRequest { Name = "b" }, cancellationToken: Cancel)).Ready);
        Assert.Equal(StatusCode.Unavailable, (await GrpcRequests.FailsAsync(client.ModelStatisticsAsync(new ModelStatisticsRequest { Name = "b" }, cancellationToken: Cancel))).StatusCode);
        Assert.Equal("b Unavailable", State(server, "b"));

        Assert.Equal("x", (await client.ModelMetadataAsync(new ModelMetadataRequest { Name = "b" }, cancellationToken: Cancel)).Inputs[0].Name);
        Assert.Equal("x", (await client.ModelConfigAsync(new ModelConfigRequest { Name = "a" }, cancellationToken: Cancel)).Config.Input[0].Name);
        Assert.True((await client.ModelReadyAsync(new ModelReadyRequest { Name = "a" }, cancellationToken: Cancel)).Ready);
        Assert.Equal(StatusCode.NotFound, (await GrpcRequests.FailsAsync(client.ModelReadyAsync(new ModelReadyRequest { Name = "c" }, cancellationToken: Cancel))).StatusCode);
    }

    [Fact]
    public async Task While_a_model_is_loaded_its_contract_waits_and_its_readiness_does_not()
    {
        _models.Onnx("add.onnx", 10);
        await using var server = await _models.ServeAsync(Cancel);
        await server.Repository().UnloadAsync("add", Cancel);
        var models = server.Services.GetRequiredService<FolderModels>();
        var entry = models.Find("add")!;

        // Unloaded by hand it is away, whatever is asked.
        foreach (var path in new[] { "", "/ready", "/config", "/stats" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await server.GetAsync($"/v2/models/add{path}", Cancel)).Status);
        }

        await entry.Turn.WaitAsync(Cancel);
        var load = server.Repository().LoadAsync("add", Cancel);
        while (entry.State.Loading is not { IsCompleted: false })
        {
            await Task.Yield();
        }

        var contract = server.GetAsync("/v2/models/add", Cancel);
        while (models.Waiting == 0)
        {
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.GetAsync("/v2/models/add/ready", Cancel)).Status);
        Assert.Equal("LOADING", (await server.GetAsync("/v1/models/add", Cancel)).Json.GetProperty("model_version_status")[0].GetProperty("state").GetString());
        Assert.False(contract.IsCompleted);
        entry.Turn.Release();
        await load;

        Assert.Equal(HttpStatusCode.OK, (await contract).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v2/models/add/ready", Cancel)).Status);
    }

    private static string State(ServingServer server, string name) => $"{name} {server.Repository().List().Single(m => m.Name == name).State}";

    private Task<ServingServer> TwoWithRoomForOneAsync()
    {
        _models.Onnx("a.onnx", 1);
        _models.Onnx("b.onnx", 2);
        return _models.ServeAsync(new ModelFolderOptions { MaxLoaded = 1 }, null, Cancel);
    }
}
