using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;

namespace Slipway.Access.Errors;

/// <summary>Answers whatever a request threw, once, for every route: nothing with a stack trace leaves the server.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger logger)
{
    // Not async itself: a request that is answered at once, as a prediction often is, costs no state machine here.
    public Task InvokeAsync(HttpContext context)
    {
        Task answer;
        try
        {
            answer = next(context);
        }
        catch (Exception e)
        {
            return AnswerAsync(context, e);
        }

        return answer.IsCompletedSuccessfully && context.Response.StatusCode < StatusCodes.Status400BadRequest ? answer : FinishAsync(context, answer);
    }

    private async Task FinishAsync(HttpContext context, Task answer)
    {
        try
        {
            await answer;
        }
        catch (Exception e)
        {
            await AnswerAsync(context, e);
            return;
        }

        var response = context.Response;
        if (response is { StatusCode: >= StatusCodes.Status400BadRequest, HasStarted: false, ContentLength: null or 0 } && string.IsNullOrEmpty(response.ContentType))
        {
            await Problems.WriteAsync(context, response.StatusCode);
        }
    }

    private Task AnswerAsync(HttpContext context, Exception error)
    {
        // Whoever hung up hears no answer, and nothing is wrong with the server.
        if (context.RequestAborted.IsCancellationRequested && error is OperationCanceledException or IOException)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = Problems.ClientClosedRequest;
            }

            return Task.CompletedTask;
        }

        if (error is SlipwayException { InnerException: { } cause } && Problems.StatusOf(error) >= StatusCodes.Status500InternalServerError)
        {
            LogCause(logger, cause, context.Request.Method, context.Request.Path, error.Message);
        }
        else if (error is not (SlipwayException or BadHttpRequestException))
        {
            LogUnexpected(logger, error, context.Request.Method, context.Request.Path, context.TraceIdentifier);
        }

        if (context.Response.HasStarted)
        {
            // Too late for another answer; a broken connection is the only way left to say that this one is not whole.
            LogTooLate(logger, error, context.Request.Method, context.Request.Path);
            context.Abort();
            return Task.CompletedTask;
        }

        return Problems.WriteAsync(context, error);
    }

    [LoggerMessage(LogLevel.Warning, "{Method} {Path}: {Sentence}")]
    private static partial void LogCause(ILogger logger, Exception cause, string method, PathString path, string sentence);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed unexpectedly ({TraceIdentifier}).")]
    private static partial void LogUnexpected(ILogger logger, Exception error, string method, PathString path, string traceIdentifier);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} failed after its answer had begun; the connection was closed.")]
    private static partial void LogTooLate(ILogger logger, Exception error, string method, PathString path);
}
