using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Slipway.Core.Errors;

namespace Slipway.Mlflow;

/// <summary>Errors in MLflow's words: <c>error_code</c>, which clients branch on, and a message for people. Clients repeat 408, 429 and every 5xx for minutes, so nobody's mistake is one of those.</summary>
internal static partial class MlflowErrors
{
    public const string EndpointNotFound = "ENDPOINT_NOT_FOUND";

    private const string Malformed = "BAD_REQUEST";

    /// <summary>Answers with an error; rethrows what is not for the client, or comes too late.</summary>
    public static async Task AnswerAsync(HttpContext context, Exception error, ILogger log)
    {
        var (status, code, message) = Describe(context, error);
        if (status == StatusCodes.Status500InternalServerError)
        {
            LogUnexpected(log, error, context.Request.Method, context.Request.Path, context.TraceIdentifier);
        }
        else if (error.InnerException is { } cause && status > StatusCodes.Status500InternalServerError)
        {
            LogCause(log, cause, context.Request.Method, context.Request.Path, message);
        }

        await WriteAsync(context, status, code, message);
    }

    /// <summary>What is said before a request is read: who may not call hears it here.</summary>
    public static Task WriteAsync(HttpContext context, int status, string message) => WriteAsync(
        context,
        status,
        status switch
        {
            StatusCodes.Status401Unauthorized => "UNAUTHENTICATED",
            StatusCodes.Status403Forbidden => "PERMISSION_DENIED",
            StatusCodes.Status429TooManyRequests => "REQUEST_LIMIT_EXCEEDED",
            StatusCodes.Status503ServiceUnavailable => "TEMPORARILY_UNAVAILABLE",
            StatusCodes.Status500InternalServerError => "INTERNAL_ERROR",
            _ => Malformed,
        },
        message);

    public static async Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        if (status == StatusCodes.Status503ServiceUnavailable && context.Response.Headers.RetryAfter.Count == 0)
        {
            context.Response.Headers.RetryAfter = "5";
        }

        // Not the request's token: a client that hangs up now is no error.
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, MlflowJson.Writing);
        json.WriteStartObject();
        json.WriteString("error_code", code);
        json.WriteString("message", message);
        json.WriteEndObject();
        await json.FlushAsync();
    }

    private static (int Status, string Code, string Message) Describe(HttpContext context, Exception error) => error switch
    {
        SlipwayException slipway => Describe(slipway),
        BadHttpRequestException bad => (bad.StatusCode, Malformed, bad.Message),
        JsonException json => (StatusCodes.Status400BadRequest, Malformed, Sentence(json)),
        _ => (StatusCodes.Status500InternalServerError, "INTERNAL_ERROR", $"Slipway made a mistake. Its log says what happened, under {context.TraceIdentifier}."),
    };

    private static (int Status, string Code, string Message) Describe(SlipwayException error) => error.Kind switch
    {
        ErrorKind.InvalidInput or ErrorKind.TooLarge or ErrorKind.Failed => (StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", error.Message),
        ErrorKind.NotFound => (StatusCodes.Status404NotFound, "RESOURCE_DOES_NOT_EXIST", error.Message),
        ErrorKind.Conflict => (StatusCodes.Status400BadRequest, "RESOURCE_ALREADY_EXISTS", error.Message),
        ErrorKind.Unauthenticated => (StatusCodes.Status401Unauthorized, "UNAUTHENTICATED", error.Message),
        ErrorKind.TooMany => (StatusCodes.Status429TooManyRequests, "REQUEST_LIMIT_EXCEEDED", error.Message),
        ErrorKind.Forbidden => (StatusCodes.Status403Forbidden, "PERMISSION_DENIED", error.Message),
        ErrorKind.NotAvailable => (StatusCodes.Status400BadRequest, "NOT_IMPLEMENTED", error.Message),
        ErrorKind.Timeout => (StatusCodes.Status504GatewayTimeout, "DEADLINE_EXCEEDED", error.Message),
        _ => (StatusCodes.Status503ServiceUnavailable, "TEMPORARILY_UNAVAILABLE", error.Message),
    };

    private static string Sentence(JsonException error) => error.LineNumber is { } line
        ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"The request's JSON is wrong at line {line + 1}, near byte {error.BytePositionInLine}. NaN and infinities are written as texts: \"NaN\".")
        : "The request's JSON is wrong.";

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed unexpectedly ({TraceIdentifier}).")]
    private static partial void LogUnexpected(ILogger log, Exception error, string method, PathString path, string traceIdentifier);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path}: {Sentence}")]
    private static partial void LogCause(ILogger log, Exception cause, string method, PathString path, string sentence);
}
