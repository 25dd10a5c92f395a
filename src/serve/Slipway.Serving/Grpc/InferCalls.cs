using Grpc.Core;
using Microsoft.Extensions.Logging;
using Slipway.Access.Scopes;
using Slipway.Core.Errors;
using Slipway.Inference.Tensors;
using Slipway.Serving.Protocols;
using Slipway.Serving.Tracing;

namespace Slipway.Serving.Grpc;

/// <summary>ModelInfer and ModelStreamInfer.</summary>
internal sealed class InferCalls(IInferenceService inference, ServingOptions options, TimeProvider time, ILogger<InferCalls> log)
{
    /// <summary>The most requests of one stream that are answered at the same time; further ones are read when the first of them has its answer.</summary>
    public const int MaxAhead = 32;

    // Asks the server library for the packing of the answers; it is not sent.
    private const string PackingRequest = "grpc-internal-encoding-request";

    /// <summary>Answers a call that has begun. It comes back with its answer in <see cref="InferenceCall.Answer"/>, and is given back once that is with gRPC.</summary>
    public async Task<InferenceCall> InferAsync(InferenceCall call, ServerCallContext rpc)
    {
        try
        {
            rpc.GetHttpContext().DemandScope(ScopeTarget.OfDeployment(call.Deployment));
            await AnswerAsync(call, rpc);
            await PackLikeRequestAsync(rpc);
            return call;
        }
        catch (Exception e)
        {
            var told = Fail(call, e, rpc);
            call.Dispose();
            throw told;
        }
    }

    /// <summary>
    /// Answers the requests of a stream in their order. Up to <see cref="MaxAhead"/> of them run at the same time, so that a stream's requests can be batched. One that fails is answered with
    /// its error, and the stream goes on.
    /// </summary>
    public async Task StreamAsync(IAsyncStreamReader<StreamRequest> requests, IServerStreamWriter<StreamAnswer> answers, ServerCallContext rpc)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(rpc.CancellationToken);
        var ahead = new Queue<Task<StreamAnswer>>();
        Task<bool>? next = null;
        Exception? unreadable = null;
        try
        {
            await PackLikeRequestAsync(rpc);
            for (var ended = false; !ended || ahead.Count > 0;)
            {
                if (ahead.TryPeek(out var first) && (first.IsCompleted || ended))
                {
                    await WriteAsync(answers, await ahead.Dequeue(), stop.Token);
                    continue;
                }

                if (ahead.Count == MaxAhead)
                {
                    await first!;
                    continue;
                }

                next ??= requests.MoveNext(stop.Token);
                if (first is not null)
                {
                    await Task.WhenAny(next, first);
                    if (!next.IsCompleted)
                    {
                        continue;
                    }
                }

                try
                {
                    ended = !await next;
                }
                catch (Exception e)
                {
                    // The stream ends with it, once what came before has its answers.
                    (ended, unreadable) = (true, e);
                }

                next = null;
                if (!ended)
                {
                    ahead.Enqueue(AnswerAsync(requests.Current, rpc));
                }
            }

            if (unreadable is not null)
            {
                throw unreadable;
            }
        }
        catch (Exception e)
        {
            throw GrpcErrors.Of(e, rpc, log, rpc.GetHttpContext().TraceIdentifier);
        }
        finally
        {
            await stop.CancelAsync();
            await LetGoAsync(requests, next, ahead);
        }
    }

    private static async Task WriteAsync(IServerStreamWriter<StreamAnswer> answers, StreamAnswer answer, CancellationToken cancellationToken)
    {
        try
        {
            await answers.WriteAsync(answer, cancellationToken);
        }
        finally
        {
            // Given back by the marshaller too, unless the answer never got there.
            answer.LetGo();
        }
    }

    // A stream that ended early: what it began is given back, and counts for nothing that nobody waits for.
    private static async Task LetGoAsync(IAsyncStreamReader<StreamRequest> requests, Task<bool>? next, Queue<Task<StreamAnswer>> ahead)
    {
        foreach (var answer in ahead)
        {
            (await answer).LetGo();
        }

        try
        {
            if (next is not null && await next && requests.Current.Call is { } call)
            {
                call.Abandon();
                call.Dispose();
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or RpcException or InvalidOperationException)
        {
            // It was the reading that ended the stream, or that was ended with it.
        }
    }

    /// <summary>Answers one request of a stream; a failure is an answer too.</summary>
    private async Task<StreamAnswer> AnswerAsync(StreamRequest request, ServerCallContext rpc)
    {
        if (request.Call is not { } call)
        {
            return StreamAnswer.Of(GrpcErrors.Of(request.Error!), null, request.Id);
        }

        try
        {
            // The key may have ended since the stream began, and each request of it counts.
            rpc.GetHttpContext().DemandMessage(ScopeTarget.OfDeployment(call.Deployment));
            await AnswerAsync(call, rpc);
            return StreamAnswer.Of(call);
        }
        catch (Exception e)
        {
            var answer = StreamAnswer.Of(Fail(call, e, rpc), call.Deployment, call.Id);
            call.Dispose();
            return answer;
        }
    }

    private async Task AnswerAsync(InferenceCall call, ServerCallContext rpc)
    {
        await inference.ArriveAsync(call, rpc.CancellationToken);
        var asked = InferReader.Parse(call, options.MaxElements);
        TraceParent.Read(rpc.GetHttpContext().Request.Headers, call);
        RowHeaders.Read(rpc.GetHttpContext().Request.Headers, call.Fields);
        LimitTime(call, rpc.Deadline);
        call.Parsed();
        await inference.ScoreAsync(call, rpc.CancellationToken);
        rpc.CancellationToken.ThrowIfCancellationRequested();
        CheckSize(call, OutputBytes(call.Outputs));
        InferAnswerWriter.Write(call, asked);
        CheckSize(call, call.Answer.Count);
        call.Complete();
        if (call.WantsTiming)
        {
            InferAnswerWriter.WriteTiming(call, time);
        }
    }

    // The client's deadline and the request's own timeout say the same; the smaller one holds.
    private void LimitTime(InferenceCall call, DateTime deadline)
    {
        if (deadline == DateTime.MaxValue)
        {
            return;
        }

        var left = deadline - time.GetUtcNow().UtcDateTime;
        if (left <= TimeSpan.Zero)
        {
            throw TooLate(call);
        }

        if (call.Timeout is null || left < call.Timeout)
        {
            call.Timeout = left;
        }
    }

    private static SlipwayException TooLate(InferenceCall call) =>
        new(ErrorKind.Timeout, $"The call's deadline passed before {call.Deployment} could answer. Allow more time.");

    private void CheckSize(InferenceCall call, long bytes)
    {
        if (bytes > options.MaxRequestBytes)
        {
            throw new SlipwayException(
                ErrorKind.TooLarge, $"The answer of {call.Deployment} is larger than {options.MaxRequestBytes} bytes, the most that is sent. Send fewer rows a request, or ask for fewer outputs.");
        }
    }

    private static long OutputBytes(TensorSet outputs)
    {
        var bytes = 0L;
        for (var i = 0; i < outputs.Count; i++)
        {
            bytes += outputs[i].Raw.Length;
        }

        return bytes;
    }

    /// <summary>Counts the failure, and says it in gRPC's words.</summary>
    private RpcException Fail(InferenceCall call, Exception exception, ServerCallContext rpc)
    {
        if (exception is not OperationCanceledException || !rpc.CancellationToken.IsCancellationRequested)
        {
            call.Fail(exception);
        }
        else if (rpc.Deadline <= time.GetUtcNow().UtcDateTime)
        {
            // Whether gRPC's clock or the queue's comes first: who had a deadline waited for the answer, and did not get it.
            exception = TooLate(call);
            call.Fail(exception);
        }
        else
        {
            call.Abandon();
        }

        return GrpcErrors.Of(exception, rpc, log, call.Id);
    }

    /// <summary>A client that packs its requests, and says that it unpacks the same way, gets its answers packed.</summary>
    private static Task PackLikeRequestAsync(ServerCallContext rpc)
    {
        var headers = rpc.GetHttpContext().Request.Headers;
        if (!headers.TryGetValue("grpc-encoding", out var packing) || packing.Count != 1 || packing == "identity")
        {
            return Task.CompletedTask;
        }

        var taken = headers["grpc-accept-encoding"].ToString().Split(',', StringSplitOptions.TrimEntries);
        return taken.Contains(packing.ToString(), StringComparer.Ordinal) && BoundedCompression.Names.Contains(packing.ToString())
            ? rpc.WriteResponseHeadersAsync(new Metadata { { PackingRequest, packing.ToString() } })
            : Task.CompletedTask;
    }
}
