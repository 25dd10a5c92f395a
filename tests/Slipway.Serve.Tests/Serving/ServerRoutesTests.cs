using System.Net;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Access;
using Slipway.Core.Names;
using Slipway.Rollouts;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving;

public sealed class ServerRoutesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_server_tells_its_name_and_the_extensions_that_work()
    {
        await using var server = await ServingServer.StartAsync(Cancel);

        var answer = await server.GetAsync("/v2", Cancel);

        Assert.Equal("slipway", answer.Json.GetProperty("name").GetString());
        Assert.Matches(@"^\d+\.\d+\.\d+$", answer.Json.GetProperty("version").GetString());
        Assert.Equal(
            ["binary_tensor_data", "classification", "model_configuration", "statistics", "model_repository"], answer.Json.GetProperty("extensions").EnumerateArray().Select(e => e.GetString()!));
        Assert.True((await server.GetAsync("/v2/health/live", Cancel)).Json.GetProperty("live").GetBoolean());
        Assert.Equal("ready", (await server.GetAsync("/health", Cancel)).Json.GetProperty("status").GetString());
        Assert.Equal("OK", await server.Client.GetStringAsync(new Uri("/health", UriKind.Relative), Cancel));
    }

    [Fact]
    public async Task A_model_tells_its_contract_and_its_versions()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        var (first, second) = await server.DeployAsync("bikes", both: true, Cancel);

        foreach (var path in new[] { "/v2/models/bikes", $"/v2/models/bikes/versions/{first.Version}" })
        {
            var json = (await server.GetAsync(path, Cancel)).Json;
            Assert.Equal("bikes", json.GetProperty("name").GetString());
            Assert.Equal([second.Version.ToString(), first.Version.ToString()], json.GetProperty("versions").EnumerateArray().Select(v => v.GetString()!));
            Assert.Equal("lightgbm_text", json.GetProperty("platform").GetString());
            Assert.Equal(
                ["temp FP64 -1", "season BYTES -1"],
                json.GetProperty("inputs").EnumerateArray().Select(i => $"{i.GetProperty("name")} {i.GetProperty("datatype")} {i.GetProperty("shape")[0]}"));
            Assert.Equal("prediction", json.GetProperty("outputs")[0].GetProperty("name").GetString());
        }
    }

    [Theory]
    [InlineData("/v2/models/bikes/ready", HttpStatusCode.OK)]
    [InlineData("/v2/models/bikes/versions/1.0.0/ready", HttpStatusCode.OK)]
    [InlineData("/v2/models/bikes/versions/7.0.0/ready", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/nobody/ready", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/nobody", HttpStatusCode.NotFound)]
    public async Task A_model_is_ready_when_it_answers(string path, HttpStatusCode expected)
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);

        var answer = await server.GetAsync(path, Cancel);

        Assert.Equal(expected, answer.Status);
        if (expected == HttpStatusCode.NotFound)
        {
            Assert.StartsWith("Request for unknown model", answer.Error, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(false, "starting")]
    [InlineData(true, "degraded")]
    public async Task While_something_deployed_does_not_answer_the_server_is_live_but_not_ready(bool broken, string status)
    {
        await using var server = await ServingServer.StartAsync(
            new ServingOptions(), services => services.AddSingleton<IDeploymentsReadiness>(new NotReady(broken)), null, Cancel);
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);

        var ready = await server.GetAsync("/v2/health/ready", Cancel);
        var health = await server.GetAsync("/health", Cancel);
        var grpc = await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel);

        Assert.Equal(HttpStatusCode.OK, (await server.GetAsync("/v2/health/live", Cancel)).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.Status);
        Assert.StartsWith("Not everything that is deployed answers", ready.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.Status);
        Assert.Equal(status, health.Json.GetProperty("status").GetString());
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, grpc.Status);
    }

    [Fact]
    public async Task The_health_service_of_gRPC_says_SERVING()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);
        var health = new Health.HealthClient(channel);

        var answer = await health.CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel);
        var unknown = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest { Service = "nobody" }, cancellationToken: Cancel));

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Every_route_declares_its_permission()
    {
        await using var server = await ServingServer.StartAsync(Cancel);

        var routes = server.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>().ToList();

        Assert.True(routes.Count > 10);
        Assert.All(routes, route => Assert.True(route.Metadata.GetMetadata<NeedsPermission>() is not null, $"{route.RoutePattern.RawText} declares no permission."));
    }

    private sealed class NotReady(bool broken) : IDeploymentsReadiness
    {
        public bool IsReady => false;

        public IReadOnlyList<DeploymentProblem> Problems =>
            broken ? [new DeploymentProblem("bikes", new VersionReference("bikes", SemanticVersion.First), "It cannot be loaded.")] : [];
    }
}
