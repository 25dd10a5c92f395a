using System.Net;
using System.Text;
using Slipway.Serve.Tests.Serving.OpenInference;

namespace Slipway.Serve.Tests.Serving.Connections;

/// <summary>Callers that took the other port: each is told once, in words its own protocol has.</summary>
public sealed class WrongPortTests(IdentityServer identity) : IClassFixture<IdentityServer>
{
    private readonly ServingServer _server = identity.Server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task HTTP_2_on_the_port_of_HTTP_1_is_told_that_HTTP_1_is_required()
    {
        using var connection = await RawConnection.OpenAsync(_server, Cancel);
        await connection.SendAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray(), Cancel);

        // A frame GOAWAY of eight bytes, with the error HTTP_1_1_REQUIRED.
        var answer = await connection.ReadToEndAsync(Cancel);
        Assert.Equal([0, 0, 8, 7, 0, 0, 0, 0, 0], answer[..9]);
        Assert.Equal(0xd, answer[^1]);
    }

    [Fact]
    public async Task HTTP_1_on_the_port_of_gRPC_is_a_400_that_says_so()
    {
        using var connection = await RawConnection.OpenAsync(_server.GrpcAddress.Port, Cancel);
        await connection.SendAsync(RawConnection.Request("/v2/models/wide/infer", "{}"), Cancel);

        var (status, text) = await connection.ReadAsync(Cancel);

        Assert.Equal(400, status);
        Assert.Equal("An HTTP/1.x request was sent to an HTTP/2 only endpoint.", text);
        Assert.Empty(await connection.ReadToEndAsync(Cancel));
    }

    [Theory]
    [InlineData("/inference.GRPCInferenceService/ModelInfer")]
    [InlineData("/inference.GRPCInferenceService/ServerLive")]
    [InlineData("/grpc.health.v1.Health/Check")]
    public async Task GRPC_over_HTTP_1_is_told_which_port_to_call(string path)
    {
        using var content = new ByteArrayContent([0, 0, 0, 0, 0]) { Headers = { { "Content-Type", "application/grpc" } } };
        using var response = await _server.Client.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Contains("Call the port for gRPC", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task REST_over_HTTP_2_on_the_port_of_gRPC_is_answered()
    {
        using var client = new HttpClient { BaseAddress = _server.GrpcAddress, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        using var content = new StringContent("""{"inputs":[{"name":"wide","shape":[1,2],"datatype":"FP32","data":[1,2]}]}""", Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri("/v2/models/wide/infer", UriKind.Relative), content, Cancel);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
