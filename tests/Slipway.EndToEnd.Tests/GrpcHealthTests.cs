using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;

namespace Slipway.EndToEnd.Tests;

public sealed class GrpcHealthTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_gRPC_port_says_that_it_is_serving()
    {
        using var channel = GrpcChannel.ForAddress(server.Up.Grpc);
        var health = new Health.HealthClient(channel);

        var answer = await health.CheckAsync(new HealthCheckRequest(), cancellationToken: Cancel);

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task A_service_that_is_not_there_is_not_found()
    {
        using var channel = GrpcChannel.ForAddress(server.Up.Grpc);
        var health = new Health.HealthClient(channel);

        var refused = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest { Service = "nobody" }, cancellationToken: Cancel));

        Assert.Equal(StatusCode.NotFound, refused.StatusCode);
    }
}
