using System.Text;
using Slipway.Inference;

namespace Slipway.Serving.Grpc;

/// <summary>The parts of a ModelInferResponse that are the same for every request to a version.</summary>
internal sealed class AnswerHead
{
    private readonly Dictionary<string, byte[]> _outputs;

    public AnswerHead(string deployment, string version, string role, ModelSignature signature)
    {
        var value = new CallBuffer();
        value.WriteText(3, role);
        var head = new CallBuffer();
        head.WriteText(1, deployment);
        head.WriteText(2, version);
        InferAnswerWriter.WriteParameter(head, "role"u8, value.WrittenSpan);
        Bytes = head.Written.ToArray();
        _outputs = signature.Outputs.ToDictionary(o => o.Name, o => Encoding.UTF8.GetBytes(o.Name), StringComparer.Ordinal);
    }

    /// <summary>Model, version and role.</summary>
    public byte[] Bytes { get; }

    /// <summary>An output's name as it stands on the wire.</summary>
    public byte[] Utf8Name(string output) => _outputs[output];
}
