using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Slipway.Core;

namespace Slipway.Serving.Scoring;

/// <summary>An error in MLflow's words.</summary>
/// <param name="ErrorCode">One of MLflow's codes: clients branch on it.</param>
/// <param name="Message">One sentence, for people.</param>
public sealed record ScoringError([property: JsonPropertyName("error_code")] string ErrorCode, string Message)
{
    /// <summary>MLflow's code of a status; a 400 says by it whether the request could not be read or the model does not take its values.</summary>
    internal static string CodeOf(int status, bool readFailed) => status switch
    {
        StatusCodes.Status400BadRequest when !readFailed => "INVALID_PARAMETER_VALUE",
        StatusCodes.Status401Unauthorized => "UNAUTHENTICATED",
        StatusCodes.Status403Forbidden => "PERMISSION_DENIED",
        StatusCodes.Status404NotFound => "RESOURCE_DOES_NOT_EXIST",
        StatusCodes.Status429TooManyRequests => "REQUEST_LIMIT_EXCEEDED",
        StatusCodes.Status501NotImplemented => "NOT_IMPLEMENTED",
        StatusCodes.Status503ServiceUnavailable => "TEMPORARILY_UNAVAILABLE",
        StatusCodes.Status504GatewayTimeout => "DEADLINE_EXCEEDED",
        >= StatusCodes.Status500InternalServerError => "INTERNAL_ERROR",
        _ => "BAD_REQUEST",
    };

    /// <summary>What is said before a request is read.</summary>
    internal static Task WriteAsync(HttpContext context, int status, string message) => WriteAsync(context, status, CodeOf(status, readFailed: true), message);

    internal static Task WriteAsync(HttpContext context, int status, string code, string message)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(new ScoringError(code, message), SlipwayJson.Options, contentType: null, CancellationToken.None);
    }
}
