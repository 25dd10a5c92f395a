using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Access.Errors;

/// <summary>Translates between HTTP's statuses, which errors and the audit speak, and those of gRPC.</summary>
public static class GrpcStatuses
{
    // HTTP status, gRPC code (https://grpc.io/docs/guides/status-codes). The first of a code is what the audit says.
    private static readonly (int Http, int Grpc)[] Table =
    [
        (StatusCodes.Status200OK, 0),
        (StatusCodes.Status400BadRequest, 3),
        (StatusCodes.Status504GatewayTimeout, 4),
        (StatusCodes.Status404NotFound, 5),
        (StatusCodes.Status409Conflict, 9),
        (StatusCodes.Status409Conflict, 6),
        (StatusCodes.Status409Conflict, 10),
        (StatusCodes.Status403Forbidden, 7),
        (StatusCodes.Status413PayloadTooLarge, 8),
        (StatusCodes.Status429TooManyRequests, 8),
        (StatusCodes.Status422UnprocessableEntity, 9),
        (StatusCodes.Status501NotImplemented, 12),
        (StatusCodes.Status405MethodNotAllowed, 12),
        (StatusCodes.Status503ServiceUnavailable, 14),
        (StatusCodes.Status401Unauthorized, 16),
        (Problems.ClientClosedRequest, 1),
    ];

    private const int Internal = 13;

    /// <summary>The gRPC code of a kind; 13 (internal) for one that this does not know.</summary>
    public static int Of(ErrorKind kind) => OfHttp(HttpStatus.Of(kind));

    internal static int OfHttp(int status) => Find(row => row.Http == status)?.Grpc ?? Internal;

    internal static int ToHttp(int code) => Find(row => row.Grpc == code)?.Http ?? StatusCodes.Status500InternalServerError;

    private static (int Http, int Grpc)? Find(Predicate<(int Http, int Grpc)> match) => Array.FindIndex(Table, match) is >= 0 and var index ? Table[index] : null;
}
