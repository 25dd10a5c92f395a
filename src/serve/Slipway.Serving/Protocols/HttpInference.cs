using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Access.Errors;
using Slipway.Core.Errors;
using Slipway.Serving.Tracing;

namespace Slipway.Serving.Protocols;

/// <summary>
/// One inference over HTTP, the same for every protocol: reads the body, scores, and sends what the protocol has written, or its words for an error. A bare request delegate: binding
/// arguments would cost more than reading the tensors.
/// </summary>
internal abstract partial class HttpInference(IInferenceService inference, ServingOptions options, ILogger log)
{
    /// <summary>The bounds that <see cref="Parse"/> keeps.</summary>
    protected ServingOptions Options => options;

    /// <summary>Answers a request for <paramref name="deployment"/>, and for one of its loaded versions where <paramref name="version"/> says which.</summary>
    public async Task HandleAsync(HttpContext context, string deployment, string? version)
    {
        InferenceCall? call = null;
        try
        {
            call = await inference.BeginAsync(deployment, version, context.RequestAborted);
            TraceParent.Read(context.Request.Headers, call);
            if (RefuseMediaType(context.Request) is { } refusal)
            {
                call.Fail(CallFailure.Caller);
                await WriteErrorAsync(context, StatusCodes.Status415UnsupportedMediaType, refusal);
                return;
            }

            var encoding = context.Request.Headers.ContentEncoding.ToString();
            if (!RequestBody.IsTaken(encoding))
            {
                call.Fail(CallFailure.Caller);
                context.Response.Headers.AcceptEncoding = RequestBody.TakenEncodings;
                await WriteErrorAsync(
                    context, StatusCodes.Status415UnsupportedMediaType, $"The request's Content-Encoding '{encoding}' is not taken. Send it plain, or packed with gzip or deflate.");
                return;
            }

            var packing = AnswerPacking.Of(context.Request.Headers.AcceptEncoding);
            if (packing.IsImpossible)
            {
                call.Fail(CallFailure.Caller);
                await WriteErrorAsync(
                    context,
                    StatusCodes.Status406NotAcceptable,
                    $"The request's Accept-Encoding '{context.Request.Headers.AcceptEncoding}' allows no answer: it can be sent as it is (identity), or packed with gzip or deflate.");
                return;
            }

            inference.Admit(call, context.Request.ContentLength);
            await RequestBody.ReadAsync(context.Request, encoding, call.Body, options, context.RequestAborted);
            await inference.TakeTurnAsync(call, context.RequestAborted);
            Parse(call, context);
            RowHeaders.Read(context.Request.Headers, call.Fields);
            call.Parsed();
            var scored = inference.ScoreAsync(call, context.RequestAborted);
            call.EndTurn();
            await scored;

            // What was run for a caller who has left meanwhile is nobody's prediction.
            context.RequestAborted.ThrowIfCancellationRequested();
            Write(call, context);
            call.Complete();

            if (packing.Packs(call.Answer.Count, options.CompressFromBytes))
            {
                await packing.WriteAsync(context.Response, call.Answer.Written, options.MaxStall);
                return;
            }

            context.Response.ContentLength = call.Answer.Count;
            if (call.Answer.Count >= LargeAnswer.From)
            {
                await LargeAnswer.WriteAsync(context, context.Response.Body, call.Answer.Written, options.MaxStall);
                return;
            }

            await context.Response.BodyWriter.WriteAsync(call.Answer.Written, context.RequestAborted);
        }
        catch (SlipwayException e)
        {
            call?.Fail(e);
            if ((e.RetryAfter ?? (e.Kind == ErrorKind.Unavailable ? TimeSpan.FromSeconds(1) : null)) is { } later)
            {
                context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(later.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            }

            if (e.Kind == ErrorKind.TooLarge || (context.Request.Headers.Expect.Count > 0 && call is not { Body.Count: > 0 }))
            {
                // The rest of the body is not read, or was not asked for: without this word the caller would send its next request behind it, on a connection that is about to end.
                context.Response.Headers.Connection = "close";
            }

            await WriteErrorAsync(context, HttpStatus.Of(e.Kind), e.Message);
        }
        catch (BadHttpRequestException e) when (!RequestBody.IsCutOff(e))
        {
            call?.Fail(e);
            await WriteErrorAsync(context, e.StatusCode, e.Message);
        }
        catch (Exception e) when (RequestBody.IsCutOff(e) || (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested))
        {
            call?.Abandon();
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            call?.Fail(e);
            var id = call?.Id ?? context.TraceIdentifier;
            LogFailed(log, context.Request.Path, call?.Version?.ToString() ?? "no version", id, e);
            await WriteErrorAsync(context, StatusCodes.Status500InternalServerError, $"The server failed to answer. Its log says why, under the id {id}.");
        }
        finally
        {
            call?.Dispose();
        }
    }

    /// <summary>Why a body of this type is not read, in one sentence; null where it is. Asked before anything is read.</summary>
    protected virtual string? RefuseMediaType(HttpRequest request) => null;

    /// <summary>Translates the body, which lies unpacked in <see cref="InferenceCall.Body"/>, into the call's inputs, requested outputs, id and fields.</summary>
    /// <exception cref="SlipwayException">One sentence that says what is wrong.</exception>
    protected abstract void Parse(InferenceCall call, HttpContext context);

    /// <summary>Writes the answer into <see cref="InferenceCall.Answer"/> and sets the response's type: nothing has been sent when an output turns out not to fit the protocol.</summary>
    /// <exception cref="SlipwayException">One sentence that says what cannot be sent.</exception>
    protected abstract void Write(InferenceCall call, HttpContext context);

    /// <summary>Answers with an error in the protocol's words.</summary>
    protected abstract Task WriteErrorAsync(HttpContext context, int status, string message);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Path} failed to answer with {Version}, id {Id}")]
    private static partial void LogFailed(ILogger log, string path, string version, string id, Exception exception);
}
