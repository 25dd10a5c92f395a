using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Compression;
using Slipway.Serving;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serve.Tests.Serving.Grpc;

public sealed class GrpcLimitTests(GrpcLimitTests.Small small) : IClassFixture<GrpcLimitTests.Small>
{
    private const int Limit = 100_000;

    private static readonly HttpClient Http = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_over_the_limit_is_refused_and_one_below_is_not()
    {
        Assert.Equal(ServingServer.First, (await small.Client.ModelInferAsync(OfSize(Limit), cancellationToken: Cancel)).Prediction(), 1e-12);

        var status = await GrpcRequests.FailsAsync(small.Client.ModelInferAsync(OfSize(Limit + 1), cancellationToken: Cancel));

        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
    }

    [Fact]
    public async Task A_stream_may_be_longer_than_one_message()
    {
        using var stream = small.Client.ModelStreamInfer(cancellationToken: Cancel);
        for (var i = 0; i < 5; i++)
        {
            await stream.RequestStream.WriteAsync(OfSize(Limit), Cancel);
            Assert.True(await stream.ResponseStream.MoveNext(Cancel));
            Assert.Equal("", stream.ResponseStream.Current.ErrorMessage);
        }

        // What came before the message that ends the stream still has its answer.
        await stream.RequestStream.WriteAsync(GrpcRequests.Summer(), Cancel);
        try
        {
            await stream.RequestStream.WriteAsync(OfSize(Limit + 1), Cancel);
        }
        catch (RpcException)
        {
            // The server may have refused it while the rest was on its way.
        }

        Assert.True(await stream.ResponseStream.MoveNext(Cancel));
        Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(Cancel))).StatusCode);
    }

    [Fact]
    public async Task The_default_takes_messages_that_gRPC_and_the_web_server_would_not()
    {
        await using var server = await ServingServer.StartAsync(Cancel);
        await server.DeployAsync("bikes", both: false, Cancel);
        using var channel = GrpcChannel.ForAddress(server.GrpcAddress);

        // gRPC's own limit is 4 MB, the web server's 30 MB.
        var answer = await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(OfSize(40 << 20), cancellationToken: Cancel);

        Assert.Equal(ServingServer.First, answer.Prediction(), 1e-12);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Messages_are_packed_both_ways(string packing)
    {
        var answer = await small.Client.ModelInferAsync(OfSize(Limit), Packed(packing), cancellationToken: Cancel);
        using var packed = await PostAsync([0, .. Frame(GrpcRequests.Summer().ToByteArray())], packing);
        using var plain = await PostAsync([0, .. Frame(GrpcRequests.Summer().ToByteArray())], "identity");

        Assert.Equal(ServingServer.First, answer.Prediction(), 1e-12);
        Assert.Equal(packing, Assert.Single(packed.Headers.GetValues("grpc-encoding")));
        Assert.Equal(1, (await packed.Content.ReadAsByteArrayAsync(Cancel))[0]);
        Assert.False(plain.Headers.Contains("grpc-encoding"));
        Assert.Equal(0, (await plain.Content.ReadAsByteArrayAsync(Cancel))[0]);
    }

    [Fact]
    public async Task A_stream_is_packed_both_ways()
    {
        using var stream = small.Client.ModelStreamInfer(Packed("gzip"), cancellationToken: Cancel);
        for (var i = 0; i < 3; i++)
        {
            await stream.RequestStream.WriteAsync(OfSize(Limit), Cancel);
            Assert.True(await stream.ResponseStream.MoveNext(Cancel));
            Assert.Equal(ServingServer.First, stream.ResponseStream.Current.InferResponse.Prediction(), 1e-12);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task What_unpacks_beyond_the_limit_is_refused(string packing)
    {
        var status = await GrpcRequests.FailsAsync(small.Client.ModelInferAsync(OfSize(Limit + 1), Packed(packing), cancellationToken: Cancel));

        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        Assert.Contains($"larger than {Limit} bytes when unpacked", status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", StatusCode.InvalidArgument, "cannot be unpacked")]
    [InlineData("deflate", StatusCode.InvalidArgument, "cannot be unpacked")]
    [InlineData("br", StatusCode.Unimplemented, "br")]
    public async Task What_is_not_packed_as_it_says_is_refused(string packing, StatusCode code, string message)
    {
        using var response = await PostAsync([1, 0, 0, 0, 4, 1, 2, 3, 4], packing);
        await response.Content.ReadAsByteArrayAsync(Cancel);

        var told = response.TrailingHeaders.Concat(response.Headers).ToDictionary(h => h.Key, h => string.Join(',', h.Value));
        Assert.Equal($"{(int)code}", told["grpc-status"]);
        Assert.Contains(message, Uri.UnescapeDataString(told["grpc-message"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_over_the_limit_is_refused_with_the_way_out()
    {
        await GrpcFixture.DeployTypesAsync(small.Server, Cancel);

        // Zeros are short as typed contents, and as long as all others in the raw ones of the answer.
        var request = TensorValues.Zeros(rows: 1500).Request(typed: true);
        Assert.True(request.CalculateSize() < Limit, $"{request.CalculateSize()}");
        var status = await GrpcRequests.FailsAsync(small.Client.ModelInferAsync(request, cancellationToken: Cancel));

        Assert.Equal(StatusCode.ResourceExhausted, status.StatusCode);
        Assert.Contains("answer of types is larger than", status.Detail, StringComparison.Ordinal);
    }

    private static byte[] Frame(byte[] message) => [(byte)(message.Length >> 24), (byte)(message.Length >> 16), (byte)(message.Length >> 8), (byte)message.Length, .. message];

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string packing)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(small.Server.GrpcAddress, "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body) { Headers = { { "Content-Type", "application/grpc" } } },
            Headers = { { "TE", "trailers" }, { "grpc-encoding", packing }, { "grpc-accept-encoding", "identity,gzip,deflate" } },
        };
        return await Http.SendAsync(request, Cancel);
    }

    private static Metadata Packed(string packing) => new() { { "grpc-internal-encoding-request", packing } };

    private static ModelInferRequest OfSize(int bytes)
    {
        var request = GrpcRequests.RawSummer();
        request.Parameters["padding"] = new InferParameter { StringParam = "" };

        // Long enough that the length of the padding's length does not change any more.
        request.Parameters["padding"].StringParam = new string('x', bytes - request.CalculateSize() - 100);
        request.Parameters["padding"].StringParam += new string('x', bytes - request.CalculateSize());
        Assert.Equal(bytes, request.CalculateSize());
        return request;
    }

    public sealed class Small : IAsyncLifetime
    {
        private GrpcChannel _channel = null!;

        public ServingServer Server { get; private set; } = null!;

        internal GRPCInferenceService.GRPCInferenceServiceClient Client { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Server = await ServingServer.StartAsync(new ServingOptions { MaxRequestBytes = Limit }, null, null, Cancel);
            await Server.DeployAsync("bikes", both: false, Cancel);
            _channel = GrpcChannel.ForAddress(
                Server.GrpcAddress,
                new GrpcChannelOptions { CompressionProviders = [new GzipCompressionProvider(CompressionLevel.Fastest), new DeflateCompressionProvider(CompressionLevel.Fastest)] });
            Client = new GRPCInferenceService.GRPCInferenceServiceClient(_channel);
        }

        public async ValueTask DisposeAsync()
        {
            _channel.Dispose();
            await Server.DisposeAsync();
        }
    }
}
