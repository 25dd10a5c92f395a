using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Slipway.Access;

namespace Slipway.Apps.Tests.Access;

/// <summary>A key of one deployment asks that one, and no other, by each protocol.</summary>
public sealed class PredictionScopeTests(AuthServer server) : IClassFixture<AuthServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, JsonObject> Protocols => new()
    {
        { "/v2/models/NAME/infer", AuthServer.Tensors() },
        { "/v1/models/NAME:predict", new JsonObject { ["instances"] = new JsonArray(AuthServer.Record()) } },
        { "/deployments/NAME/invocations", new JsonObject { ["dataframe_records"] = new JsonArray(AuthServer.Record()) } },
    };

    [Theory]
    [MemberData(nameof(Protocols))]
    public async Task Over_HTTP(string path, JsonObject body)
    {
        using var client = server.Client(await server.NewKeyAsync(Role.Scorer, ["bikes"]));

        Assert.Equal(HttpStatusCode.OK, (await client.PostAsJsonAsync(path.Replace("NAME", "bikes", StringComparison.Ordinal), body, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync(path.Replace("NAME", "scooters", StringComparison.Ordinal), body, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync(path.Replace("NAME", "nothing", StringComparison.Ordinal), body, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Over_invocations_the_deployment_that_answers_counts()
    {
        var body = new JsonObject { ["dataframe_records"] = new JsonArray(AuthServer.Record()) };
        using var bikes = server.Client(await server.NewKeyAsync(Role.Scorer, ["bikes"]));
        using var scooters = server.Client(await server.NewKeyAsync(Role.Scorer, ["scooters"]));

        Assert.Equal(HttpStatusCode.OK, (await bikes.PostAsJsonAsync("/invocations", body, Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await scooters.PostAsJsonAsync("/invocations", body, Cancel)).StatusCode);
    }

    [Fact]
    public async Task Over_outcomes()
    {
        using var client = server.Client(await server.NewKeyAsync(Role.Scorer, ["bikes"]));

        Assert.NotEqual(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/v1/deployments/bikes/outcomes", new JsonArray(), Cancel)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await client.PostAsJsonAsync("/api/v1/deployments/scooters/outcomes", new JsonArray(), Cancel)).StatusCode);
    }

    [Fact]
    public async Task Over_gRPC()
    {
        using var client = Grpc(await server.NewKeyAsync(Role.Scorer, ["bikes"]));

        // Its message has a name and no inputs: it gets as far as being told so.
        Assert.Equal(3, (await GrpcBytes.CallAsync(client, "/inference.GRPCInferenceService/ModelInfer", GrpcBytes.Named("bikes"), Cancel)).Status);
        var (status, message) = await GrpcBytes.CallAsync(client, "/inference.GRPCInferenceService/ModelInfer", GrpcBytes.Named("scooters"), Cancel);
        Assert.Equal(7, status);
        Assert.Contains("is limited to deployment bikes", message, StringComparison.Ordinal);
        Assert.Equal(0, (await GrpcBytes.CallAsync(client, "/inference.GRPCInferenceService/ModelReady", GrpcBytes.Named("bikes"), Cancel)).Status);
        Assert.Equal(7, (await GrpcBytes.CallAsync(client, "/inference.GRPCInferenceService/ModelReady", GrpcBytes.Named("scooters"), Cancel)).Status);
        Assert.Equal(7, (await GrpcBytes.CallAsync(client, "/inference.GRPCInferenceService/RepositoryIndex", [0, 0, 0, 0, 0], Cancel)).Status);
    }

    [Fact]
    public async Task In_a_stream_each_message_counts_and_a_key_that_is_revoked_meanwhile_ends()
    {
        var secret = await server.NewKeyAsync(Role.Scorer, ["bikes"]);
        using var client = Grpc(secret);
        using var sending = new GrpcBytes.Sending();
        using var request = GrpcBytes.Request("/inference.GRPCInferenceService/ModelStreamInfer", sending);
        var answering = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);

        sending.Send(GrpcBytes.Named("scooters"));
        using var response = await answering;
        await using var answers = await response.Content.ReadAsStreamAsync(Cancel);
        Assert.Contains("is limited to deployment bikes", await NextAsync(answers), StringComparison.Ordinal);

        sending.Send(GrpcBytes.Named("bikes"));
        Assert.DoesNotContain("is limited", await NextAsync(answers), StringComparison.Ordinal);

        await server.Keys.RevokeAsync(secret, Core.Actor.Local, Cancel);
        sending.Send(GrpcBytes.Named("bikes"));
        Assert.Contains("was revoked", await NextAsync(answers), StringComparison.Ordinal);
        sending.End();
    }

    [Fact]
    public async Task A_rate_holds_over_gRPC_too()
    {
        using var client = Grpc(await server.NewKeyAsync(Role.Scorer, rate: 1));
        var statuses = new List<int>();
        for (var i = 0; i < 50 && !statuses.Contains(8); i++)
        {
            statuses.Add((await GrpcBytes.CallAsync(client, "/inference.GRPCInferenceService/ModelReady", GrpcBytes.Named("bikes"), Cancel)).Status);
        }

        Assert.Equal(0, statuses[0]);
        Assert.Equal(8, statuses[^1]);
    }

    // Five bytes before each message say how long it is.
    private static async Task<string> NextAsync(Stream answers)
    {
        var head = new byte[5];
        await answers.ReadExactlyAsync(head, Cancel);
        var message = new byte[System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await answers.ReadExactlyAsync(message, Cancel);
        return System.Text.Encoding.UTF8.GetString(message);
    }

    private HttpClient Grpc(string secret)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Grpc) };
        client.DefaultRequestHeaders.Add("authorization", $"Bearer {secret}");
        return client;
    }
}
