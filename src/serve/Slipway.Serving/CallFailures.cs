using Microsoft.AspNetCore.Http;
using Slipway.Core.Errors;

namespace Slipway.Serving;

/// <summary>Tells whose fault an exception is. Only the server's own failures say something about the version that answers.</summary>
internal static class CallFailures
{
    public static CallFailure Of(Exception exception) => exception switch
    {
        SlipwayException { Kind: ErrorKind.Unavailable or ErrorKind.Failed or ErrorKind.Timeout } => CallFailure.Server,
        SlipwayException => CallFailure.Caller,

        // Chunks that are none, a body that comes too slowly: the web server's findings about the caller.
        BadHttpRequestException => CallFailure.Caller,
        _ => CallFailure.Server,
    };
}
