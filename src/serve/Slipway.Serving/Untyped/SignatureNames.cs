using System.Text;
using System.Text.Json;
using Slipway.Inference;
using Slipway.Inference.Tensors;
using Slipway.Serving.Routing;

namespace Slipway.Serving.Untyped;

/// <summary>A version's signature as protocols need it whose requests carry neither types nor shapes. Built once a version.</summary>
internal sealed class SignatureNames
{
    // TensorFlow's way of saying that an output holds bytes and no text.
    private const string BytesSuffix = "_bytes";

    private readonly byte[][] _outputs;

    public SignatureNames(ModelSignature signature)
    {
        Signature = signature;
        Inputs = new NameTable(signature.Inputs);
        Matrix = signature.Tabular && signature.Inputs.Count > 1 && signature.Inputs.All(i => i.Type == TensorType.Float64);
        _outputs = [.. signature.Outputs.Select(o => Encoding.UTF8.GetBytes($"\"{JsonEncodedText.Encode(o.Name)}\":"))];
        BytesOutputs = [.. signature.Outputs.Select(o => o.Name.EndsWith(BytesSuffix, StringComparison.Ordinal))];
    }

    public ModelSignature Signature { get; }

    /// <summary>The inputs' names, in the signature's order.</summary>
    public NameTable Inputs { get; }

    /// <summary>True where a row of numbers goes into one matrix: every column is FP64, so nothing is lost by it.</summary>
    public bool Matrix { get; }

    /// <summary>For each output, whether its texts are bytes.</summary>
    public IReadOnlyList<bool> BytesOutputs { get; }

    /// <summary>An output's name as a member of an object, with its colon.</summary>
    public ReadOnlySpan<byte> OutputMember(int output) => _outputs[output];

    /// <summary>True when a request means the same to both.</summary>
    public bool ReadsLike(SignatureNames other) =>
        Signature.Tabular == other.Signature.Tabular
        && Signature.Inputs.Count == other.Signature.Inputs.Count
        && Signature.Inputs.Zip(other.Signature.Inputs).All(p =>
            p.First.Name == p.Second.Name && p.First.Type == p.Second.Type && p.First.Shape.Count == p.Second.Shape.Count);

    /// <summary>The inputs' names for a message.</summary>
    public string Listed
    {
        get
        {
            const int Most = 20;
            var names = string.Join(", ", Signature.Inputs.Take(Most).Select(i => i.Name));
            return Signature.Inputs.Count > Most ? $"{names} and {Signature.Inputs.Count - Most} more" : names;
        }
    }
}
