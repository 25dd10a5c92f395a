using System.Text;

namespace Slipway.Serving.Grpc;

/// <summary>Writes a call's inputs as the ModelInferRequest that a client of Triton would send for them.</summary>
internal static class InferRequestWriter
{
    /// <summary>The message, with raw contents.</summary>
    public static byte[] Write(InferenceCall call)
    {
        var request = new CallBuffer();
        request.WriteText(1, call.Deployment);
        for (var i = 0; i < call.Inputs.Count; i++)
        {
            InferAnswerWriter.WriteHead(call, request, call.Inputs[i], Encoding.UTF8.GetBytes(call.Inputs[i].Name), typed: false);
        }

        for (var i = 0; i < call.Inputs.Count; i++)
        {
            InferAnswerWriter.WriteRaw(request, 7, call.Inputs[i]);
        }

        return request.Written.ToArray();
    }
}
