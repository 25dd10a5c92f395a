using System.Globalization;
using System.Text;
using Slipway.Inference.Tensors;

namespace Slipway.Serve.Tests.Serving.OpenInference.Transports;

/// <summary>A tensor as a client has it, the same for every way of sending it.</summary>
/// <param name="Name">The input's or output's name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">Its dimensions.</param>
/// <param name="Raw">The values, little-endian, of every type but BYTES.</param>
/// <param name="Texts">The values of BYTES.</param>
public sealed record WireTensor(string Name, TensorType Type, long[] Shape, byte[] Raw, byte[][] Texts)
{
    /// <summary>What the tensor holds, for comparing and for messages.</summary>
    public override string ToString()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Name} {Type.WireName()} [{string.Join(',', Shape)}] {Convert.ToHexString(Raw)}");
        foreach (var item in Texts)
        {
            text.Append(' ').Append(Convert.ToHexString(item)).Append(';');
        }

        return text.ToString();
    }
}
