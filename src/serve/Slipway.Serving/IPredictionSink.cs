namespace Slipway.Serving;

/// <summary>Who wants to know of every answered request, errors included; Monitoring implements it. Without one, requests are answered all the same.</summary>
public interface IPredictionSink
{
    /// <summary>
    /// Takes note of a call: its tensors, fields, version, role, assignment and times. Called once a call, on the request's thread, when the answer stands and before it is sent. Copies what
    /// it needs (the call is pooled), never waits, never throws. Of a call with a <see cref="InferenceCall.Failure"/> tensors and fields may be there in part or not at all. What a client
    /// sends after it has the answer is seen after this.
    /// </summary>
    void Record(InferenceCall call);
}
