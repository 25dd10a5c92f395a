using Google.Protobuf;
using Grpc.Core;
using Slipway.Serving.Grpc.Protos;

namespace Slipway.Serve.Tests.Serving.Grpc;

public sealed class GrpcStreamTests(GrpcFixture fixture) : IClassFixture<GrpcFixture>
{
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _client = fixture.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Answers_come_in_the_order_of_the_requests()
    {
        using var stream = _client.ModelStreamInfer(cancellationToken: Cancel);
        var reading = ReadAsync(stream);
        for (var i = 0; i < 500; i++)
        {
            var request = i % 2 == 0 ? GrpcRequests.Summer() : GrpcRequests.RawSummer();
            request.Id = $"{i}";
            request.ModelVersion = i % 3 == 0 ? "1" : "";
            await stream.RequestStream.WriteAsync(request, Cancel);
        }

        await stream.RequestStream.CompleteAsync();

        var answers = await reading;
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), answers.Select(a => a.InferResponse.Id));
        Assert.All(answers, a => Assert.Equal(
            int.Parse(a.InferResponse.Id, System.Globalization.CultureInfo.InvariantCulture) % 3 == 0 ? ServingServer.First : ServingServer.Second, a.InferResponse.Prediction(), 1e-12));
        Assert.Equal(Status.DefaultSuccess, stream.GetStatus());
    }

    [Fact]
    public async Task Each_request_is_answered_before_the_next_is_sent()
    {
        using var stream = _client.ModelStreamInfer(cancellationToken: Cancel);
        for (var i = 0; i < 20; i++)
        {
            await stream.RequestStream.WriteAsync(GrpcRequests.Summer(), Cancel);

            Assert.True(await stream.ResponseStream.MoveNext(Cancel));
            Assert.Equal(ServingServer.Second, stream.ResponseStream.Current.InferResponse.Prediction(), 1e-12);
        }

        await stream.RequestStream.CompleteAsync();
        Assert.False(await stream.ResponseStream.MoveNext(Cancel));
    }

    [Fact]
    public async Task An_error_is_an_answer_and_the_stream_goes_on()
    {
        using var stream = _client.ModelStreamInfer(cancellationToken: Cancel);
        var unknown = GrpcRequests.Summer();
        (unknown.ModelName, unknown.Id) = ("nobody", "first");
        var wrong = GrpcRequests.Summer();
        wrong.Id = "third";
        wrong.Inputs.RemoveAt(0);
        foreach (var request in new[] { unknown, GrpcRequests.Summer(), wrong, GrpcRequests.Summer() })
        {
            await stream.RequestStream.WriteAsync(request, Cancel);
        }

        await stream.RequestStream.CompleteAsync();

        var answers = await ReadAsync(stream);
        Assert.Equal(4, answers.Count);
        Assert.StartsWith("Request for unknown model: 'nobody'", answers[0].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal("first", answers[0].InferResponse.Id);
        Assert.Contains("Input 'temp' is missing", answers[2].ErrorMessage, StringComparison.Ordinal);
        Assert.Equal(("bikes", "third"), (answers[2].InferResponse.ModelName, answers[2].InferResponse.Id));
        Assert.All([answers[1], answers[3]], a => Assert.Equal(("", ServingServer.Second), (a.ErrorMessage, Math.Round(a.InferResponse.Prediction(), 12))));
        Assert.Equal(Status.DefaultSuccess, stream.GetStatus());
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_answered_and_the_stream_goes_on()
    {
        using var stream = RawCalls.Stream(fixture.Channel, Cancel);
        await stream.RequestStream.WriteAsync([0x0A, 0x7F, 1], Cancel);
        await stream.RequestStream.WriteAsync(GrpcRequests.Summer().ToByteArray(), Cancel);
        await stream.RequestStream.CompleteAsync();

        Assert.True(await stream.ResponseStream.MoveNext(Cancel));
        Assert.StartsWith("The message is not right", ModelStreamInferResponse.Parser.ParseFrom(stream.ResponseStream.Current).ErrorMessage, StringComparison.Ordinal);
        Assert.True(await stream.ResponseStream.MoveNext(Cancel));
        Assert.Equal("", ModelStreamInferResponse.Parser.ParseFrom(stream.ResponseStream.Current).ErrorMessage);
    }

    [Fact]
    public async Task An_answer_says_that_it_is_the_last_when_the_request_asks_for_it()
    {
        using var stream = _client.ModelStreamInfer(cancellationToken: Cancel);
        var request = GrpcRequests.Summer();
        request.Parameters["triton_enable_empty_final_response"] = new InferParameter { BoolParam = true };
        await stream.RequestStream.WriteAsync(request, Cancel);
        await stream.RequestStream.CompleteAsync();

        var answer = Assert.Single(await ReadAsync(stream));
        Assert.True(answer.InferResponse.Parameters["triton_final_response"].BoolParam);
    }

    [Fact]
    public async Task A_cancelled_stream_leaves_the_server_answering()
    {
        for (var i = 0; i < 50; i++)
        {
            using var cancelled = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            using var stream = _client.ModelStreamInfer(cancellationToken: cancelled.Token);
            for (var n = 0; n < i % 7; n++)
            {
                await stream.RequestStream.WriteAsync(GrpcRequests.Summer(), Cancel);
            }

            if (i % 2 == 0 && i % 7 > 0)
            {
                Assert.True(await stream.ResponseStream.MoveNext(Cancel));
            }

            await cancelled.CancelAsync();
            Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => ReadAsync(stream))).StatusCode);
        }

        Assert.Equal(ServingServer.Second, (await _client.ModelInferAsync(GrpcRequests.Summer(), cancellationToken: Cancel)).Prediction(), 1e-12);
        Assert.DoesNotContain(fixture.Sink.Records, record => record.Failure == Slipway.Serving.CallFailure.Server);
    }

    private static async Task<List<ModelStreamInferResponse>> ReadAsync(AsyncDuplexStreamingCall<ModelInferRequest, ModelStreamInferResponse> stream)
    {
        var answers = new List<ModelStreamInferResponse>();
        await foreach (var answer in stream.ResponseStream.ReadAllAsync(Cancel))
        {
            answers.Add(answer);
        }

        return answers;
    }
}
