using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.WebUtilities;
using Slipway.Access.Browser;
using Slipway.Core;
using Slipway.Core.Errors;

namespace Slipway.Access.Errors;

/// <summary>Writes errors as problem+json (RFC 9457), and for gRPC callers as a status.</summary>
internal static class Problems
{
    /// <summary>What a caller that hung up would have got, as proxies log it.</summary>
    public const int ClientClosedRequest = 499;

    private const string RetryAfterSeconds = "5";

    public static int StatusOf(Exception error) => error switch
    {
        SlipwayException slipway => HttpStatus.Of(slipway.Kind),
        BadHttpRequestException bad => bad.StatusCode,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>Answers with an error, whatever had been prepared as an answer before.</summary>
    public static Task WriteAsync(HttpContext context, Exception error)
    {
        context.Response.Clear();
        SecurityHeaders.Set(context);
        if ((error as SlipwayException)?.RetryAfter is { } later)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(later.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return WriteAsync(context, StatusOf(error), Sentence(context, error), (error as SlipwayException)?.Details ?? []);
    }

    /// <summary>Gives a status that has no body yet its sentence.</summary>
    public static Task WriteAsync(HttpContext context, int status) => WriteAsync(context, status, Sentence(context, status), []);

    private static Task WriteAsync(HttpContext context, int status, string sentence, IReadOnlyList<string> details)
    {
        var response = context.Response;
        if (Requests.IsGrpc(context.Request))
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/grpc";
            response.Headers.GrpcStatus = GrpcStatuses.OfHttp(status).ToString(CultureInfo.InvariantCulture);
            response.Headers.GrpcMessage = Uri.EscapeDataString(sentence);
            return Task.CompletedTask;
        }

        response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable && response.Headers.RetryAfter.Count == 0)
        {
            response.Headers.RetryAfter = RetryAfterSeconds;
        }

        if (status == StatusCodes.Status401Unauthorized)
        {
            // Not Basic, although it is taken: a browser would ask with a window of its own, again and again, where the console wants to show its page.
            response.Headers.WWWAuthenticate = "Bearer realm=\"slipway\"";
        }

        if (context.GetEndpoint()?.Metadata.GetMetadata<ErrorShape>() is { } shape)
        {
            return shape.WriteAsync(context, status, sentence);
        }

        var problem = new ProblemDetails { Title = ReasonPhrases.GetReasonPhrase(status), Status = status, Detail = sentence };
        if (details.Count > 0)
        {
            problem.Extensions["errors"] = details;
        }

        // Not the request's token: a caller that hangs up now is no error, and Kestrel drops what it does not want.
        return response.WriteAsJsonAsync(problem, SlipwayJson.Options, "application/problem+json", CancellationToken.None);
    }

    private static string Sentence(HttpContext context, Exception error) => error switch
    {
        SlipwayException => error.Message,
        BadHttpRequestException { InnerException: JsonException json } => Sentence(json),
        BadHttpRequestException => error.Message,
        _ => $"Slipway made a mistake. Its log says what happened, under {context.TraceIdentifier}.",
    };

    private static string Sentence(JsonException error) => error.LineNumber is { } line
        ? string.Create(CultureInfo.InvariantCulture, $"The request's JSON is wrong at {error.Path ?? "$"} (line {line + 1}, near byte {error.BytePositionInLine}).")
        : $"The request's JSON is wrong: {error.Message}";

    private static string Sentence(HttpContext context, int status) => status switch
    {
        StatusCodes.Status404NotFound => $"There is nothing at {context.Request.Path}.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not possible at {context.Request.Path}.",
        StatusCodes.Status413PayloadTooLarge when context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize is { } bound =>
            string.Create(CultureInfo.InvariantCulture, $"The request is larger than {bound:N0} bytes, the most that this server takes."),
        StatusCodes.Status415UnsupportedMediaType => $"{context.Request.Path} does not take content of that type.",
        _ => $"{ReasonPhrases.GetReasonPhrase(status)}.",
    };
}
