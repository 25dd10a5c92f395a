using Grpc.Core;
using Microsoft.Extensions.Logging;
using Slipway.Access.Errors;
using Slipway.Core.Errors;

namespace Slipway.Serving.Grpc;

/// <summary>How gRPC tells errors: by the status of the kind, with the sentence as its detail.</summary>
internal static partial class GrpcErrors
{
    // The detail travels as a header, where clients take 8 KB of all; a character may take 9 bytes of it.
    private const int LongestDetail = 600;

    public static RpcException Of(SlipwayException exception) => new(new Status((StatusCode)GrpcStatuses.Of(exception.Kind), Short(exception.Message)));

    /// <summary>Any failure of a call. What nobody foresaw is logged, and told without its details.</summary>
    public static RpcException Of(Exception exception, ServerCallContext context, ILogger log, string id)
    {
        switch (exception)
        {
            case RpcException told:
                return told;
            case SlipwayException slipway:
                return Of(slipway);

            // A client that went away hears nothing, and one whose deadline has passed has heard it.
            case OperationCanceledException or IOException when context.CancellationToken.IsCancellationRequested:
                return new RpcException(new Status(StatusCode.Cancelled, "The call was cancelled."));
            default:
                LogFailed(log, context.Method, id, exception);
                return new RpcException(new Status(StatusCode.Internal, $"The server failed to answer. Its log says why, under the id {id}."));
        }
    }

    private static string Short(string text) => text.Length <= LongestDetail ? text : string.Concat(text.AsSpan(0, LongestDetail - 1), "…");

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} failed to answer, id {Id}")]
    private static partial void LogFailed(ILogger log, string method, string id, Exception exception);
}
