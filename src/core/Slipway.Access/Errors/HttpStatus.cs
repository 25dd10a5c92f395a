using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Access.Errors;

/// <summary>The HTTP status of each kind of error, the same in every protocol over HTTP; only the body's shape differs.</summary>
public static class HttpStatus
{
    /// <summary>The status of a kind; 500 for one that this does not know.</summary>
    public static int Of(ErrorKind kind) => kind switch
    {
        ErrorKind.InvalidInput => StatusCodes.Status400BadRequest,
        ErrorKind.NotFound => StatusCodes.Status404NotFound,
        ErrorKind.Conflict => StatusCodes.Status409Conflict,
        ErrorKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ErrorKind.TooMany => StatusCodes.Status429TooManyRequests,
        ErrorKind.Forbidden => StatusCodes.Status403Forbidden,
        ErrorKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ErrorKind.Failed => StatusCodes.Status422UnprocessableEntity,
        ErrorKind.NotAvailable => StatusCodes.Status501NotImplemented,
        ErrorKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ErrorKind.Timeout => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };
}
