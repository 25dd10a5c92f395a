using Grpc.Core;
using Slipway.Core.Errors;

namespace Slipway.Serving.Grpc;

/// <summary>A request of a stream: a call that has begun, or why it could not.</summary>
internal sealed record StreamRequest(InferenceCall? Call, SlipwayException? Error, string? Id);

/// <summary>An answer of a stream: a call whose answer stands, or an error and which request it is about.</summary>
internal sealed class StreamAnswer
{
    private InferenceCall? _call;

    private StreamAnswer(InferenceCall? call, string? error, ReadOnlyMemory<byte> about)
    {
        _call = call;
        Error = error;
        About = about;
    }

    /// <summary>What went wrong, or null.</summary>
    public string? Error { get; }

    /// <summary>The bytes of a ModelInferResponse: a complete one, or with an error one that has nothing but the model and the id.</summary>
    public ReadOnlyMemory<byte> About { get; }

    public static StreamAnswer Of(InferenceCall call) => new(call, null, call.Answer.Written);

    public static StreamAnswer Of(RpcException error, string? model, string? id)
    {
        var about = new CallBuffer();
        if (model is not null)
        {
            about.WriteText(1, model);
        }

        if (id is not null)
        {
            about.WriteText(3, id);
        }

        return new StreamAnswer(null, error.Status.Detail, about.Written);
    }

    /// <summary>Gives the call back. Again it does nothing.</summary>
    public void LetGo() => Interlocked.Exchange(ref _call, null)?.Dispose();
}
