using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Slipway.Access.Errors;
using Slipway.Core.Errors;

namespace Slipway.Serving.OpenInference;

/// <summary>How the Open Inference Protocol tells errors: <c>{"error": "…"}</c> with the status of the kind.</summary>
internal static class OpenInferenceErrors
{
    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        // With its length, as an answer has it: some clients of the protocol read nothing else.
        var body = JsonSerializer.SerializeToUtf8Bytes(new OpenInferenceError(message), SlipwayJsonOptions);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, CancellationToken.None).AsTask();
    }

    /// <summary>For a group of routes: an error of theirs is told in the protocol's words.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (SlipwayException e)
        {
            if (e.Kind == ErrorKind.Unavailable)
            {
                context.HttpContext.Response.Headers.RetryAfter = "1";
            }

            return TypedResults.Json(new OpenInferenceError(e.Message), SlipwayJsonOptions, contentType: null, HttpStatus.Of(e.Kind));
        }
        catch (BadHttpRequestException e)
        {
            return TypedResults.Json(new OpenInferenceError(e.Message), SlipwayJsonOptions, contentType: null, e.StatusCode);
        }
    }

    private static JsonSerializerOptions SlipwayJsonOptions => Core.SlipwayJson.Options;
}

/// <summary>An error of the Open Inference Protocol.</summary>
/// <param name="Error">One sentence, for people.</param>
public sealed record OpenInferenceError(string Error);
