using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Serving.OpenInference;

/// <summary>How the Open Inference Protocol tells errors: <c>{"error": "…"}</c> with the status of the kind.</summary>
internal static class OpenInferenceErrors
{
    public static int StatusOf(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => StatusCodes.Status400BadRequest,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.Failed => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.NotAvailable => StatusCodes.Status501NotImplemented,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.Timeout => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    public static Task WriteAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new OpenInferenceError(message), SlipwayJsonOptions, contentType: null, CancellationToken.None);
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
            return TypedResults.Json(new OpenInferenceError(e.Message), SlipwayJsonOptions, contentType: null, StatusOf(e.Kind));
        }
    }

    private static System.Text.Json.JsonSerializerOptions SlipwayJsonOptions => Core.SlipwayJson.Options;
}

/// <summary>An error of the Open Inference Protocol.</summary>
/// <param name="Error">One sentence, for people.</param>
public sealed record OpenInferenceError(string Error);
