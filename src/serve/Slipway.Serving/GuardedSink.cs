using Microsoft.Extensions.Logging;

namespace Slipway.Serving;

/// <summary>Passes calls on to a sink, and keeps from the request whatever goes wrong there.</summary>
internal sealed partial class GuardedSink(IPredictionSink sink, ILogger log)
{
    private int _told;

    public void Record(InferenceCall call)
    {
        try
        {
            sink.Record(call);
        }
        catch (Exception e)
        {
            // What fails for one request fails for the next, and a line for each of them would be a second failure.
            if (Interlocked.Exchange(ref _told, 1) == 0)
            {
                LogFailed(log, sink.GetType().Name, call.Id, e);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Sink} failed to take note of the request {Id}, which is answered all the same. Further failures of it are not logged")]
    private static partial void LogFailed(ILogger log, string sink, string id, Exception exception);
}
