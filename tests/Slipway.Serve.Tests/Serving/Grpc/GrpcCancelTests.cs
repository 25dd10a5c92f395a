using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Slipway.Serve.Tests.Serving.Connections;
using Slipway.Serving;

namespace Slipway.Serve.Tests.Serving.Grpc;

/// <summary>Calls that their clients give up, and calls whose time is over. The gate holds runs back, so that each happens where the test wants it.</summary>
public sealed class GrpcCancelTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_call_that_is_cancelled_is_not_counted()
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        gate.Model.Close();
        using var cancelled = new CancellationTokenSource();
        var call = gate.Grpc.ModelInferAsync(GateServer.Message, cancellationToken: cancelled.Token);
        await gate.Model.EnteredAsync(Cancel);

        await cancelled.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await GrpcRequests.FailsAsync(call)).StatusCode);
        await gate.LeftAsync(Cancel);
        gate.Model.Open();
        await gate.EndedAsync(Cancel);

        Assert.Empty(gate.Sink.Take());
        await AssertAnswersAsync(gate);
    }

    [Fact]
    public async Task A_waiting_call_that_is_cancelled_leaves_the_queue_at_once_and_is_never_run()
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        var first = await OccupyAsync(gate);
        using var cancelled = new CancellationTokenSource();
        var call = gate.Grpc.ModelInferAsync(GateServer.Message, cancellationToken: cancelled.Token);
        await gate.WaitingAsync(1, Cancel);

        await cancelled.CancelAsync();
        await gate.WaitingAsync(0, Cancel);
        Assert.Equal(StatusCode.Cancelled, (await GrpcRequests.FailsAsync(call)).StatusCode);
        await gate.EndedAsync(Cancel);
        gate.Model.Open();
        await first;

        Assert.Single(gate.Sink.Take());
        Assert.Single(gate.Model.Runs);
        await AssertAnswersAsync(gate);
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_takes_its_waiting_requests_with_it()
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        var first = await OccupyAsync(gate);
        using var cancelled = new CancellationTokenSource();
        using var stream = gate.Grpc.ModelStreamInfer(cancellationToken: cancelled.Token);
        for (var i = 0; i < 3; i++)
        {
            await stream.RequestStream.WriteAsync(GateServer.Message, Cancel);
        }

        await gate.WaitingAsync(3, Cancel);

        await cancelled.CancelAsync();
        await gate.WaitingAsync(0, Cancel);
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(Cancel))).StatusCode);
        await gate.EndedAsync(Cancel);
        gate.Model.Open();
        await first;

        Assert.Single(gate.Sink.Take());
        Assert.Single(gate.Model.Runs);
        await AssertAnswersAsync(gate);
    }

    [Fact]
    public async Task A_stream_that_is_cancelled_while_its_request_runs_counts_nothing()
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        gate.Model.Close();
        using var cancelled = new CancellationTokenSource();
        using var stream = gate.Grpc.ModelStreamInfer(cancellationToken: cancelled.Token);
        await stream.RequestStream.WriteAsync(GateServer.Message, Cancel);
        await gate.Model.EnteredAsync(Cancel);

        await cancelled.CancelAsync();
        await gate.LeftAsync(Cancel);
        gate.Model.Open();
        await gate.EndedAsync(Cancel);

        Assert.Empty(gate.Sink.Take());
        await AssertAnswersAsync(gate);
    }

    [Fact]
    public async Task A_deadline_that_passes_in_the_queue_is_DEADLINE_EXCEEDED_and_no_run()
    {
        await using var gate = await GateServer.StartAsync(Cancel);
        var first = await OccupyAsync(gate);

        // Without a client of gRPC, which would look at the clock itself.
        var message = GateServer.Message.ToByteArray();
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gate.Server.GrpcAddress, "/inference.GRPCInferenceService/ModelInfer"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, (byte)message.Length, .. message]) { Headers = { { "Content-Type", "application/grpc" } } },
            Headers = { { "TE", "trailers" }, { "grpc-timeout", "200m" } },
        };
        using var response = await http.SendAsync(request, Cancel);
        await response.Content.ReadAsByteArrayAsync(Cancel);
        var told = response.TrailingHeaders.Concat(response.Headers).Where(h => h.Key == "grpc-status").SelectMany(h => h.Value);

        Assert.Equal($"{(int)StatusCode.DeadlineExceeded}", Assert.Single(told));
        await gate.WaitingAsync(0, Cancel);
        await gate.EndedAsync(Cancel);
        Assert.Equal(CallFailure.Server, Assert.Single(gate.Sink.Take()).Failure);
        gate.Model.Open();
        await first;
        Assert.Single(gate.Model.Runs);
        await AssertAnswersAsync(gate);
    }

    private static async Task<Task<Answer>> OccupyAsync(GateServer gate)
    {
        gate.Model.Close();
        var standing = gate.Server.PostAsync(GateServer.Infer, GateServer.Body, Cancel);
        await gate.Model.EnteredAsync(Cancel);
        return standing;
    }

    private static async Task AssertAnswersAsync(GateServer gate)
    {
        gate.Sink.Take();
        Assert.Equal(4, (await gate.Grpc.ModelInferAsync(GateServer.Message, cancellationToken: Cancel)).Prediction());
        Assert.Equal(CallFailure.None, Assert.Single(gate.Sink.Take()).Failure);
    }
}
